/**
 * A container host in Node: layers and records in files below a data root, the machine in this thread (tests, the
 * bench) or in one of its own (`bottleship serve`).
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Egress } from '../egress/egress.ts';
import { bootedMemorySizeBytes } from '../guest/booted-machine.ts';
import type { IdMapping } from '../guest/id-mapping.ts';
import { createHost, type Host } from '../host/create-host.ts';
import type { BlockStore } from '../disk/block-store.ts';
import type { SavedMachine } from '../host/saved-host.ts';
import type { ContentStore, RecordStore } from '../image/content-store.ts';
import { KindError } from '../lib/errors.ts';
import type { Machine } from '../vm/machine.ts';
import { lockDataRoot } from './data-root-lock.ts';
import { openFileContentStore } from './file-content-store.ts';
import { createDownloader } from './download.ts';
import { createFileFetch } from './file-fetch.ts';
import { openFileRecordStore } from './file-record-store.ts';
import { createLocalMachine, publicFolder } from './local-machine.ts';
import { createThreadedMachine } from './threaded-machine.ts';

export interface NodeHostOptions {
  /** Folder of everything that outlives the process. */
  readonly dataRoot: string;
  readonly memorySizeBytes?: number;
  /** Origin of a registry proxy; absent, registries are asked directly. */
  readonly proxyUrl?: string;
  /** Of the containers' users, and of the owners of images' files; absent, they are the machine's. */
  readonly ids?: IdMapping;
  /** The caller holds the data root's lock. */
  readonly locked?: boolean;
  readonly registryMirrors?: readonly string[];
  readonly insecureRegistries?: readonly string[];
  /** Runs the machine in a worker thread. */
  readonly threaded?: boolean;
  /** The way out for containers; absent, there is none. */
  readonly egress?: Egress;
  /** In place of the data root's own; for a machine in this thread. */
  readonly disk?: BlockStore;
  /** Goes on from there, on the disk of that moment; for a machine in this thread. */
  readonly saved?: SavedMachine;
  /** Boots the kernel although a machine that was saved after its boot is at hand. */
  readonly bootsKernel?: boolean;
  readonly onConsole?: (text: string) => void;
  /** The machine stopped for good: whatever waits was told already. */
  readonly onLost?: (cause: string) => void;
}

export interface NodeHost {
  readonly host: Host;
  readonly machine: Machine;
  /** Fids that the 9p server holds for the guest; 0 for a machine in a thread of its own. */
  readonly fidCount: () => number;
  readonly content: ContentStore;
  /**
   * Everything but the disk, at one moment: `whilePaused` is called before the machine goes on, to copy that. Rejects
   * `notImplemented` for a machine in a thread of its own.
   */
  save(whilePaused?: () => Promise<void>): Promise<SavedMachine>;
  /** Stops the containers, writes the disk out and disposes. */
  shutDown(): Promise<void>;
  dispose(): void;
}

/** With as much, no kernel needs to be booted. */
export const memorySizeBytesDefault = bootedMemorySizeBytes;

/** Boots a machine; `host.ready` tells when it can be used. */
export async function startNodeHost(options: NodeHostOptions): Promise<NodeHost> {
  if (options.locked === true) return startLocked(options);
  const lock = lockDataRoot(options.dataRoot);
  try {
    const node = await startLocked(options);
    return {
      ...node,
      async shutDown() {
        await node.shutDown();
        lock.dispose();
      },
      dispose() {
        node.dispose();
        lock.dispose();
      },
    };
  } catch (error) {
    lock.dispose();
    throw error;
  }
}

async function startLocked(options: NodeHostOptions): Promise<NodeHost> {
  const memorySizeBytes = options.memorySizeBytes ?? memorySizeBytesDefault;
  const content = await openFileContentStore(options.dataRoot);
  const records = openFileRecordStore(join(options.dataRoot, 'records'));
  const hosts: Host[] = [];
  const lost = (cause: string): void => {
    for (const host of hosts) host.machineLost(cause);
    options.onLost?.(cause);
  };
  const { machine, fidCount, save, dispose } = await createMachine({
    ...options,
    content,
    records,
    memorySizeBytes,
    lost,
  });
  if (options.onConsole !== undefined) machine.onConsole(options.onConsole);
  const libraryUrl = pathToFileURL(join(publicFolder, 'library/')).href;
  const downloader = createDownloader();
  const host = createHost({
    channel: machine.channel,
    content,
    records,
    fetch: createFileFetch(libraryUrl),
    libraryUrl,
    memorySizeBytes,
    download: downloader.download,
    registryMirrors: options.registryMirrors ?? [],
    insecureRegistries: options.insecureRegistries ?? [],
    ...(options.proxyUrl === undefined ? {} : { proxyUrl: options.proxyUrl }),
    ...(options.ids === undefined ? {} : { ids: options.ids }),
    findEgress: async () => options.egress,
    ...(options.saved === undefined ? {} : { saved: options.saved.host }),
  });
  hosts.push(host);
  machine.onState((state) => {
    if (state.phase === 'failed') lost(state.cause);
  });
  await machine.start();
  host.warmUp();
  return {
    host,
    machine,
    fidCount,
    content,
    save: (whilePaused) => saveHost(host, { machine, save, whilePaused }),
    async shutDown() {
      // Whatever cannot be stopped goes down with the machine.
      await host.shutDown().catch(() => undefined);
      host.dispose();
      dispose();
    },
    dispose() {
      host.dispose();
      downloader.dispose();
      dispose();
    },
  };
}

/** Also when it fails, host and machine go on afterwards. */
async function saveHost(
  host: Host,
  parts: Pick<HostMachine, 'machine' | 'save'> & {
    readonly whilePaused: (() => Promise<void>) | undefined;
  },
): Promise<SavedMachine> {
  const held = await host.hold();
  try {
    await parts.machine.pause();
    const saved = held.save();
    const rest = await parts.save();
    await parts.whilePaused?.();
    return { ...rest, host: saved };
  } finally {
    held.dispose();
    await parts.machine.start();
  }
}

interface HostMachine {
  readonly machine: Machine;
  readonly fidCount: () => number;
  /** Of a machine that is paused. */
  save(): Promise<Pick<SavedMachine, 'state' | 'files'>>;
  dispose(): void;
}

async function createMachine(options: {
  readonly dataRoot: string;
  readonly content: ContentStore;
  readonly records: RecordStore;
  readonly memorySizeBytes: number;
  readonly threaded?: boolean;
  readonly ids?: IdMapping;
  readonly lost: (cause: string) => void;
  readonly disk?: BlockStore;
  readonly saved?: SavedMachine;
  readonly bootsKernel?: boolean;
}): Promise<HostMachine> {
  if (options.threaded === true) {
    const threaded = await createThreadedMachine({ ...options, onLost: options.lost });
    const save = async (): Promise<never> => {
      throw new KindError('notImplemented', 'Cannot save a machine in a thread of its own');
    };
    return { ...threaded, fidCount: () => 0, save };
  }
  const { machine, ninep, disk } = await createLocalMachine(options);
  return {
    machine,
    fidCount: () => ninep.fidCount,
    save: async () => ({ state: await machine.saveState(), files: ninep.save() }),
    dispose() {
      machine.dispose();
      ninep.dispose();
      disk.dispose();
    },
  };
}
