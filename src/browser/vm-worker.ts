/**
 * The worker of one machine: downloads what it boots from, serves its files over 9p and runs it. The
 * engine's worker drives the machine over the port that the page hands to both.
 *
 * Nothing here waits for what it does not need: the processor's code is compiled while the kernel
 * arrives, and the machine starts without its user land, which the kernel asks for half a second later.
 */
import { expose } from 'comlink';
import { readDiskImage } from '../disk/disk-image.ts';
import { MemoryBlockStore } from '../disk/memory-block-store.ts';
import { DiskTree } from '../guest/ninep/disk-tree.ts';
import { createNinepServer } from '../guest/ninep/server.ts';
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
import { AssetDownloads, checkAssets, wasmName } from './machine-assets.ts';
import type { AssetBytes, MachineAsset } from './machine-assets.ts';
import { machineMemorySizeBytes } from './memory-size.ts';
import { openOwnDisk } from './own-disk.ts';
import { throttle } from './throttle.ts';
import { keepInMemory, openStores, storeName } from './stores.ts';
import type { Stores } from './stores.ts';

declare const __MACHINE_ASSETS__: readonly MachineAsset[];

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
    userland = new MachineTree({
      fetchFile: (path) => fetchMachineFile(path, { downloads, baseUrl: options.baseUrl }),
      store: stores.content,
    });
    const machine = createMachine({
      stores,
      userland,
      disk: openDisk(downloads, { lasts: stores.last, events }),
      files: await files,
    });
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
};

let userland: MachineTree | undefined;
let running: V86Machine | undefined;

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

function createMachine(parts: {
  readonly stores: Stores;
  readonly userland: MachineTree;
  readonly disk: DiskTree;
  readonly files: Files;
}): V86Machine {
  const layers = new LayersDirectory({ ...parts.stores, decode: decodeLayerIndex });
  const root = new JoinedTree({ machine: parts.userland, layers, disk: parts.disk });
  const ninep = createNinepServer({ root });
  return new V86Machine({
    ...parts.files,
    memorySizeBytes: machineMemorySizeBytes(navigator.userAgent),
    handle9p: (request) => ninep.handle(request),
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
function openDisk(
  { assets }: Downloads,
  { lasts, events }: { lasts: boolean; events: VmWorkerEvents },
): DiskTree {
  return new DiskTree(async () => {
    const image = await readDiskImage(await assets.content('disk.gz'));
    const disk = lasts
      ? await openOwnDisk({ locks: navigator.locks, name: storeName, image })
      : { store: new MemoryBlockStore(image), lasts };
    events.disk(disk.lasts);
    return disk.store;
  });
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
