/**
 * The worker of one machine: downloads what it boots from, serves its files over 9p and runs it. The
 * engine's worker drives the machine over the port that the page hands to both.
 *
 * Nothing here waits for what it does not need: the processor's code is compiled while the kernel
 * arrives, and the machine starts without its user land, which the kernel asks for half a second later.
 */
import { expose } from 'comlink';
import type { BlockStore, CopyableBlockStore } from '../disk/block-store.ts';
import { readDiskImage } from '../disk/disk-image.ts';
import { DiskTree } from '../guest/ninep/disk-tree.ts';
import { createNinepServer, type NinepServer } from '../guest/ninep/server.ts';
import { JoinedTree } from '../guest/ninep/joined-tree.ts';
import { LayersDirectory } from '../guest/ninep/layers-directory.ts';
import { MachineTree, userlandFileName } from '../guest/ninep/machine-tree.ts';
import { decodeLayerIndex } from '../image/layer-index-codec.ts';
import { KindError } from '../lib/errors.ts';
import type {
  VmWorkerApi,
  VmWorkerEvents,
  VmWorkerOptions,
} from '../playground/worker-protocol.ts';
import type { MachineOptions } from '../vm/machine.ts';
import { serveMachine } from '../vm/port-machine.ts';
import { V86Machine } from '../vm/v86-machine.ts';
import { AssetDownloads, checkAssets, machineVersion, wasmName } from './machine-assets.ts';
import type { AssetBytes, MachineAsset } from './machine-assets.ts';
import { machineMemorySizeBytes } from './memory-size.ts';
import { memoryDisk, openOwnDisk } from './own-disk.ts';
import { unpackDisk } from './session/session-parts.ts';
import { type OpenedSession, WorkerSessions } from './session/worker-sessions.ts';
import { throttle } from './throttle.ts';
import { keepInMemory, openStores, storeName } from './stores.ts';
import type { Stores } from './stores.ts';

declare const __MACHINE_ASSETS__: readonly MachineAsset[];
/** Of src/node/build/build-version.ts. */
declare const __BUILD__: string;

/** The progress bar needs no more. */
const progressIntervalMs = 50;
const consoleIntervalMs = 50;
/** The first prompt comes first. */
const prefetchDelayMs = 3000;

const api: VmWorkerApi = {
  async boot(options, events) {
    checkAssets(__MACHINE_ASSETS__);
    const { memoryPort } = options;
    const opening = memoryPort === undefined ? openStores() : keepInMemory(memoryPort);
    const downloads = startDownloads(options, events);
    const files = machineFiles(downloads);
    // What is waited for later may fail while nobody does.
    files.catch(() => undefined);
    const stores = await opening;
    stored ??= stores;
    const session = opened;
    opened = undefined;
    userland = new MachineTree({
      fetchFile: (path) => fetchMachineFile(path, { downloads, baseUrl: options.baseUrl }),
      store: stores.content,
    });
    const openStored = diskOpener(downloads, {
      lasts: stores.last,
      events,
      saved: session?.disk,
    });
    // What is restored goes on writing at once.
    if (session !== undefined) await openStored();
    memorySizeBytes = session?.memorySizeBytes ?? machineMemorySizeBytes(navigator.userAgent);
    ninep = serveFiles({ stores, userland, disk: new DiskTree(openStored) });
    if (session !== undefined) await ninep.restore(session.files);
    const machine = createMachine({ ninep, files: await files, memorySizeBytes, session });
    events.booting();
    connect(machine, { options, events });
    await machine.start();
    running = machine;
    // A machine without its files would come up, but with nothing in it.
    await userland.load();
  },
  async prefetch() {
    await new Promise((resolve) => {
      setTimeout(resolve, prefetchDelayMs);
    });
    await userland?.prefetch('everyday');
  },
  async pause() {
    await running?.pause();
  },
  async resume() {
    await running?.start();
  },
  async openSession(id) {
    const session = await sessions.open(id);
    opened = session.opened;
    return { host: session.host, terminals: session.terminals };
  },
  async captureSession() {
    if (running === undefined || ninep === undefined)
      throw new KindError('unavailable', 'Cannot save the machine: it does not run');
    await sessions.capture({ machine: running, ninep, disk, memorySizeBytes });
  },
  storeSession: (save, notes) => sessions.store(save, notes),
  sessions: () => sessions.list(),
  renameSession: (id, name) => sessions.rename(id, name),
  removeSession: (id) => sessions.remove(id),
  exportSession: (id) => sessions.exportFile(id),
  importSession: (file) => sessions.importFile(file),
};

let userland: MachineTree | undefined;
let running: V86Machine | undefined;
let ninep: NinepServer | undefined;
let disk: CopyableBlockStore | undefined;
let memorySizeBytes = 0;
/** A session that was opened for the boot to come. */
let opened: OpenedSession | undefined;
const sessions = new WorkerSessions({
  name: storeName,
  machine: () => machineVersion(__MACHINE_ASSETS__),
  build: __BUILD__,
  stores: async () => (stored ??= await openStores()),
});
/** Those of the boot; whoever wants a session before opens them. */
let stored: Stores | undefined;

interface Downloads {
  readonly assets: AssetDownloads;
  /** Of the processor; nothing where the browser cannot compile what it gets as it comes. */
  readonly compiled: Promise<WebAssembly.Module | undefined>;
}

type Files = Pick<MachineOptions, 'kernel' | 'initramfs' | 'bios' | 'wasm'>;

function startDownloads({ baseUrl }: VmWorkerOptions, events: VmWorkerEvents): Downloads {
  const progress = throttle((received: number, total: number) => {
    events.downloaded(received, total);
  }, progressIntervalMs);
  let compile: (module: Promise<WebAssembly.Module | undefined>) => void = () => undefined;
  const compiled = new Promise<WebAssembly.Module | undefined>((resolve) => {
    compile = resolve;
  });
  const assets = new AssetDownloads(__MACHINE_ASSETS__, {
    baseUrl,
    fetch: (...request) => fetch(...request),
    progress: (received, total) => {
      progress.call(received, total);
      if (received === total) progress.flush();
    },
    onResponse(name, response) {
      if (name !== wasmName) return;
      // The browser keeps what it compiled from a response, and the next visit starts with fast code.
      compile(WebAssembly.compileStreaming(response.clone()).catch(() => undefined));
    },
  });
  return { assets, compiled };
}

async function machineFiles({ assets, compiled }: Downloads): Promise<Files> {
  const names = ['kernel.bin', 'initramfs.cpio', 'bios.bin', wasmName] as const;
  const [kernel, initramfs, bios, wasm] = await Promise.all([
    assets.content(names[0]),
    assets.content(names[1]),
    assets.content(names[2]),
    assets.content(names[3]),
  ]);
  return { kernel, initramfs, bios, wasm: (await compiled) ?? wasm };
}

function serveFiles(parts: {
  readonly stores: Stores;
  readonly userland: MachineTree;
  readonly disk: DiskTree;
}): NinepServer {
  const layers = new LayersDirectory({ ...parts.stores, decode: decodeLayerIndex });
  const root = new JoinedTree({ machine: parts.userland, layers, disk: parts.disk });
  return createNinepServer({ root });
}

function createMachine(parts: {
  readonly ninep: NinepServer;
  readonly files: Files;
  readonly memorySizeBytes: number;
  readonly session: OpenedSession | undefined;
}): V86Machine {
  const { ninep: server, session } = parts;
  return new V86Machine({
    ...parts.files,
    memorySizeBytes: parts.memorySizeBytes,
    handle9p: (request) => server.handle(request),
    ...(session === undefined ? {} : { state: session.state }),
  });
}

function connect(
  machine: V86Machine,
  { options, events }: { options: VmWorkerOptions; events: VmWorkerEvents },
): void {
  let text = '';
  const show = throttle(() => {
    events.console(text);
    text = '';
  }, consoleIntervalMs);
  machine.onConsole((more) => {
    text += more;
    show.call();
  });
  machine.onState((state) => {
    if (state.phase === 'failed') events.failed(state.cause);
  });
  serveMachine(machine, options.machinePort);
}

/** Opened when the machine comes for it: that is after the first prompt. */
function diskOpener(
  { assets }: Downloads,
  options: { lasts: boolean; events: VmWorkerEvents; saved: Blob | undefined },
): () => Promise<BlockStore> {
  const { lasts, events, saved } = options;
  const open = async (): Promise<BlockStore> => {
    const image = await readDiskImage(await assets.content('disk.gz'));
    const parts = saved && unpackDisk(saved);
    const own = lasts
      ? await openOwnDisk({ locks: navigator.locks, name: storeName, image, parts })
      : { store: await memoryDisk(image, parts), lasts };
    events.disk(own.lasts);
    disk = own.store;
    return own.store;
  };
  let opening: Promise<BlockStore> | undefined;
  return () =>
    (opening ??= open().catch((error: unknown) => {
      opening = undefined;
      throw error;
    }));
}

/** A file below `machine/`: those of the boot are on their way already. */
async function fetchMachineFile(
  path: string,
  { downloads, baseUrl }: { downloads: Downloads; baseUrl: string },
): Promise<AssetBytes> {
  if (path === userlandFileName) return downloads.assets.content(path);
  const response = await fetch(new URL(`machine/${path}`, baseUrl));
  if (!response.ok) throw new KindError('unavailable', `the server answered ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

expose(api);
