/** A whole host for tests that boot the machine in Node: real kernel, real agent, real images. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNodeHost } from '../../src/node/node-host.ts';
import type { BlockStore } from '../../src/disk/block-store.ts';
import type { SavedMachine } from '../../src/host/saved-host.ts';
import type { Egress } from '../../src/egress/egress.ts';
import type { IdMapping } from '../../src/guest/id-mapping.ts';
import type { Host } from '../../src/host/create-host.ts';
import type { CommandResult } from '../../src/host/machine-shell.ts';

export interface TestHost {
  readonly host: Host;
  /** A command line in the machine's shell. */
  run(commandLine: string): Promise<CommandResult>;
  /** Fids that the 9p server holds for the guest. */
  fidCount(): number;
  /** What the kernel said. */
  console(): string;
  /** The machine at this moment, but for its disk, which is to be copied when `whilePaused` is called. */
  save(whilePaused?: () => Promise<void>): Promise<SavedMachine>;
  /** Ends it as a user would: containers stopped, everything written out. */
  shutDown(): Promise<void>;
  dispose(): Promise<void>;
}

export interface TestHostOptions {
  /** Kept by the caller; a folder of its own, removed at the end, when absent. */
  readonly dataRoot?: string;
  readonly proxyUrl?: string;
  readonly memorySizeBytes?: number;
  readonly egress?: Egress;
  /** Of the containers' users. */
  readonly ids?: IdMapping;
  /** Runs the machine in a worker thread: for tests with several. */
  readonly threaded?: boolean;
  /** In place of the data root's own. */
  readonly disk?: BlockStore;
  /** Goes on from there. */
  readonly saved?: SavedMachine;
}

/** What the host was about to write when it was disposed of may still come. */
const removal = { recursive: true, force: true, maxRetries: 10, retryDelay: 100 };

/** Boots and waits until the Engine API answers. */
export async function startTestHost(options: TestHostOptions = {}): Promise<TestHost> {
  const dataRoot = options.dataRoot ?? (await mkdtemp(join(tmpdir(), 'bottleship-test-')));
  let log = '';
  const node = await startNodeHost({
    ...options,
    dataRoot,
    onConsole: (text) => {
      log += text;
    },
  });
  const dispose = async (): Promise<void> => {
    node.dispose();
    if (options.dataRoot === undefined) await rm(dataRoot, removal);
  };
  try {
    await node.host.ready;
    // The machine's network card comes a moment later: who looks at its links sees the same ones all the time.
    await node.host.networkReady;
  } catch (error) {
    await dispose();
    throw new Error(`Cannot start the host: kernel log: ${log}`, { cause: error });
  }
  return {
    host: node.host,
    run: (commandLine) => node.host.run(commandLine),
    fidCount: node.fidCount,
    console: () => log,
    save: (whilePaused) => node.save(whilePaused),
    shutDown: () => node.shutDown(),
    dispose,
  };
}
