/**
 * The worker of one machine: downloads what it boots from, serves its files over 9p and runs it. The
 * engine's worker drives the machine over the port that the page hands to both.
 *
 * A new machine goes on from one that was saved after its boot, if that has as much memory; else its kernel is booted.
 *
 * Nothing here waits for what it does not need: the processor's code is compiled while the rest arrives, and the machine
 * starts without its user land, which it asks for a moment later.
 */
import { expose } from 'comlink';
import type { BlockStore, CopyableBlockStore } from '../disk/block-store.ts';
import { readDiskImage } from '../disk/disk-image.ts';
import { bootedMemorySizeBytes, decodeBootedMachine } from '../guest/booted-machine.ts';
import { DiskTree } from '../guest/ninep/disk-tree.ts';
import { createNinepServer, type NinepServer } from '../guest/ninep/server.ts';
import { JoinedTree } from '../guest/ninep/joined-tree.ts';
import { LayersDirectory } from '../guest/ninep/layers-directory.ts';
import { MachineTree, userlandFileName } from '../guest/ninep/machine-tree.ts';
import type { SavedFiles } from '../guest/ninep/saved-files.ts';
import { wakeFrameOfNow } from '../guest/wake-frame.ts';
import { decodeLayerIndex } from '../image/layer-index-codec.ts';
import { KindError } from '../lib/errors.ts';
import type {
  VmWorkerApi,
  VmWorkerEvents,
  VmWorkerOptions,
} from '../playground/worker-protocol.ts';
import type { MachineOptions } from '../vm/machine.ts';
import { serveMachine } from '../vm/port-machine.ts';
import type { V86Machine } from '../vm/v86-machine.ts';
import {
  AssetDownloads,
  beginningFiles,
  checkAssets,
  commonFiles,
  machineVersion,
  wasmName,
} from './machine-assets.ts';
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
    const session = opened;
    opened = undefined;
    memorySizeBytes = session?.memorySizeBytes ?? machineMemorySizeBytes(navigator.userAgent);
    const kind = beginningKind(session);
    const downloads = startDownloads(kind, { options, events });
    // The largest part of this worker's code comes while the machine does.
    const emulator = import('../vm/v86-machine.ts');
    const beginning = loadBeginning(kind, { downloads, session });
    // What is waited for later may fail while nobody does.
    for (const later of [beginning, emulator]) later.catch(() => undefined);
    const stores = await opening;
    stored ??= stores;
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
    const server = serveFiles({ stores, userland, disk: new DiskTree(openStored) });
    ninep = server;
    const { wasm, from, files } = await beginning;
    const { V86Machine } = await emulator;
    if (files !== undefined) await server.restore(files);
    const handle9p = (request: Uint8Array) => server.handle(request);
    const machine = new V86Machine({ wasm, from, memorySizeBytes, handle9p });
    events.booting();
    connect(machine, { options, events });
    // A machine that is gone by then tells itself.
    if (kind === 'booted') machine.channel.send(wakeFrameOfNow()).catch(() => undefined);
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

/** From a saved session, from a machine that was saved after its boot, or from the kernel. */
type BeginningKind = keyof typeof beginningFiles;

interface Beginning extends Pick<MachineOptions, 'wasm' | 'from'> {
  /** What the state holds open of the files it is served. */
  readonly files?: SavedFiles;
}

function beginningKind(session: OpenedSession | undefined): BeginningKind {
  if (session !== undefined) return 'session';
  return memorySizeBytes === bootedMemorySizeBytes ? 'booted' : 'kernel';
}

function startDownloads(
  kind: BeginningKind,
  { options, events }: { options: VmWorkerOptions; events: VmWorkerEvents },
): Downloads {
  const { baseUrl } = options;
  const wanted = new Set<string>([...beginningFiles[kind], ...commonFiles, wasmName]);
  const progress = throttle((received: number, total: number) => {
    events.downloaded(received, total);
  }, progressIntervalMs);
  let compile: (module: Promise<WebAssembly.Module | undefined>) => void = () => undefined;
  const compiled = new Promise<WebAssembly.Module | undefined>((resolve) => {
    compile = resolve;
  });
  const described = __MACHINE_ASSETS__.filter(({ name }) => wanted.has(name));
  const assets = new AssetDownloads(described, {
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

async function loadBeginning(
  kind: BeginningKind,
  parts: { readonly downloads: Downloads; readonly session: OpenedSession | undefined },
): Promise<Beginning> {
  const { assets, compiled } = parts.downloads;
  const code = assets.content(wasmName).then(async (bytes) => (await compiled) ?? bytes);
  const { session } = parts;
  if (session !== undefined)
    return { wasm: await code, from: { bytes: session.state }, files: session.files };
  if (kind === 'booted') {
    const [wasm, bytes] = await Promise.all([code, assets.content('booted.bin')]);
    const { state, files } = decodeBootedMachine(bytes);
    return { wasm, from: state, files };
  }
  const [wasm, kernel, initramfs, bios] = await Promise.all([
    code,
    assets.content('kernel.bin'),
    assets.content('initramfs.cpio'),
    assets.content('bios.bin'),
  ]);
  return { wasm, from: { kernel, initramfs, bios } };
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
