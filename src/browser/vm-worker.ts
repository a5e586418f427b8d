/**
 * The worker of one machine: downloads what it boots from, unless the page does, serves its files over 9p and runs it. The
 * engine's worker drives the machine over the port that the page hands to both.
 *
 * A new machine goes on from one that was saved after its boot, if that has as much memory; else its kernel is booted.
 *
 * Nothing here waits for what it does not need: the processor's code is compiled while the rest arrives, and the machine
 * starts without its user land, which it asks for a moment later.
 */
import { expose, wrap } from 'comlink';
import type { BlockStore, CopyableBlockStore } from '../disk/block-store.ts';
import { readDiskImage } from '../disk/disk-image.ts';
import { decodeBootedMachine } from '../guest/booted-machine.ts';
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
import type { BootFiles, MachineOptions, SavedState } from '../vm/machine.ts';
import { serveMachine } from '../vm/port-machine.ts';
import type { V86Machine } from '../vm/v86-machine.ts';
import {
  beginDownloads,
  kindOfNew,
  type BeginningKind,
  type DownloadsApi,
} from './begin-downloads.ts';
import { checkAssets, machineVersion, wasmName } from './machine-assets.ts';
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

const consoleIntervalMs = 50;
/** The first prompt comes first. */
const prefetchDelayMs = 3000;

/** The largest part of this worker's code comes while the machine does. */
const emulator = import('../vm/v86-machine.ts');

const api: VmWorkerApi = {
  async boot(options, events) {
    checkAssets(__MACHINE_ASSETS__);
    const { memoryPort } = options;
    const opening = memoryPort === undefined ? openStores() : keepInMemory(memoryPort);
    const session = opened;
    opened = undefined;
    memorySizeBytes = session?.memorySizeBytes ?? machineMemorySizeBytes(navigator.userAgent);
    const kind = session === undefined ? kindOfNew(memorySizeBytes) : 'session';
    const downloads = findDownloads(kind, { options, events });
    const beginning = findBeginning(kind, { downloads, session });
    // What is waited for later may fail while nobody does.
    for (const later of [...Object.values(beginning), emulator]) later.catch(() => undefined);
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
    const { V86Machine } = await emulator;
    const handle9p = (request: Uint8Array) => server.handle(request);
    const wasm = await beginning.wasm;
    const from =
      'boot' in beginning ? await beginning.boot : beginning.saved.then(({ state }) => state);
    const machine = new V86Machine({ wasm, from, memorySizeBytes, handle9p });
    // A machine that is gone by then tells itself.
    if (kind === 'booted') machine.channel.send(wakeFrameOfNow()).catch(() => undefined);
    connect(machine, { options, events });
    machine.prepare().catch(() => undefined);
    if ('saved' in beginning) await server.restore((await beginning.saved).files);
    events.booting();
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

type Beginning = { readonly wasm: Promise<MachineOptions['wasm']> } & (
  | { readonly boot: Promise<BootFiles> }
  /** With what the state holds open of the files it is served. */
  | { readonly saved: Promise<{ readonly state: SavedState; readonly files: SavedFiles }> }
);

function findDownloads(
  kind: BeginningKind,
  { options, events }: { options: VmWorkerOptions; events: VmWorkerEvents },
): DownloadsApi {
  const { baseUrl, assetPort } = options;
  if (assetPort !== undefined) return wrap<DownloadsApi>(assetPort);
  const downloads = beginDownloads(kind, baseUrl);
  downloads.onProgress((received, total) => events.downloaded(received, total));
  return downloads;
}

function findBeginning(
  kind: BeginningKind,
  parts: { readonly downloads: DownloadsApi; readonly session: OpenedSession | undefined },
): Beginning {
  const { downloads, session } = parts;
  const wasm = downloads
    .content(wasmName)
    .then(async (bytes) => (await downloads.compiled()) ?? bytes);
  if (session !== undefined) {
    const { state: bytes, files } = session;
    return { wasm, saved: Promise.resolve({ state: { bytes }, files }) };
  }
  if (kind === 'booted')
    return { wasm, saved: downloads.content('booted.bin').then(decodeBootedMachine) };
  return { wasm, boot: downloadBootFiles(downloads) };
}

async function downloadBootFiles(downloads: DownloadsApi): Promise<BootFiles> {
  const [kernel, initramfs, bios] = await Promise.all([
    downloads.content('kernel.bin'),
    downloads.content('initramfs.cpio'),
    downloads.content('bios.bin'),
  ]);
  return { kernel, initramfs, bios };
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
  downloads: DownloadsApi,
  options: { lasts: boolean; events: VmWorkerEvents; saved: Blob | undefined },
): () => Promise<BlockStore> {
  const { lasts, events, saved } = options;
  const open = async (): Promise<BlockStore> => {
    const image = await readDiskImage(await downloads.content('disk.gz'));
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
  { downloads, baseUrl }: { downloads: DownloadsApi; baseUrl: string },
): Promise<AssetBytes> {
  if (path === userlandFileName) return downloads.content(path);
  const response = await fetch(new URL(`machine/${path}`, baseUrl));
  if (!response.ok) throw new KindError('unavailable', `the server answered ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

expose(api);
