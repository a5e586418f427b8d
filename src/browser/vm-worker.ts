/**
 * The worker of one machine: downloads what it boots from, serves its files over 9p and runs it. The
 * engine's worker drives the machine over the port that the page hands to both.
 */
import { expose } from 'comlink';
import { readDiskImage } from '../disk/disk-image.ts';
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
import { fetchAssets } from './machine-assets.ts';
import type { MachineAsset } from './machine-assets.ts';
import { machineMemorySizeBytes } from './memory-size.ts';
import { openOwnDisk, type OwnDisk } from './own-disk.ts';
import { throttle } from './throttle.ts';
import { openStores, storeName } from './stores.ts';
import type { Stores } from './stores.ts';

declare const __MACHINE_ASSETS__: readonly MachineAsset[];

/** The progress bar needs no more. */
const progressIntervalMs = 50;
const consoleIntervalMs = 50;
/** The first prompt comes first. */
const prefetchDelayMs = 3000;

type Assets = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

const api: VmWorkerApi = {
  async boot(options, events) {
    const progress = throttle((received: number, total: number) => {
      events.downloaded(received, total);
    }, progressIntervalMs);
    const [stores, assets] = await Promise.all([
      openStores(),
      fetchAssets(__MACHINE_ASSETS__, {
        baseUrl: options.baseUrl,
        fetch: (...request) => fetch(...request),
        progress: (...counts) => progress.call(...counts),
      }),
    ]);
    progress.flush();
    events.booting();
    userland = new MachineTree({
      fetchFile: (path) => fetchMachineFile(path, { assets, baseUrl: options.baseUrl }),
      store: stores.content,
    });
    await startMachine({ stores, assets, options, events, userland });
  },
  async prefetch() {
    await new Promise((resolve) => {
      setTimeout(resolve, prefetchDelayMs);
    });
    await userland?.prefetch('everyday');
  },
};

let userland: MachineTree | undefined;

interface Start {
  readonly stores: Stores;
  readonly assets: Assets;
  readonly options: VmWorkerOptions;
  readonly events: VmWorkerEvents;
  readonly userland: MachineTree;
}

async function startMachine(start: Start): Promise<void> {
  const { stores, assets, options, events, userland } = start;
  const layers = new LayersDirectory({ ...stores, decode: decodeLayerIndex });
  // The machine comes for it when it has booted.
  const opening = openDisk(assets);
  opening.catch(() => undefined);
  const disk = new DiskTree(async () => (await opening).store);
  const ninep = createNinepServer({ root: new JoinedTree({ machine: userland, layers, disk }) });
  await userland.load();
  const machine = new V86Machine({
    ...machineFiles(assets),
    memorySizeBytes: machineMemorySizeBytes(navigator.userAgent),
    handle9p: (request) => ninep.handle(request),
  });
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
  await machine.start();
}

async function openDisk(assets: Assets): Promise<OwnDisk> {
  const image = await readDiskImage(asset(assets, 'disk.gz'));
  return openOwnDisk({ locks: navigator.locks, name: storeName, image });
}

function machineFiles(
  assets: Assets,
): Pick<MachineOptions, 'kernel' | 'initramfs' | 'bios' | 'wasm'> {
  return {
    kernel: asset(assets, 'kernel.bin'),
    initramfs: asset(assets, 'initramfs.cpio'),
    bios: asset(assets, 'bios.bin'),
    wasm: asset(assets, 'v86.wasm'),
  };
}

function asset(assets: Assets, name: string): Uint8Array<ArrayBuffer> {
  const content = assets.get(name);
  if (content === undefined) {
    throw new KindError('notFound', `Cannot boot: this page was built without "${name}"`);
  }
  return content;
}

/** A file below `machine/`: those of the boot are there already. */
async function fetchMachineFile(
  path: string,
  { assets, baseUrl }: { assets: Assets; baseUrl: string },
): Promise<Uint8Array> {
  if (path === userlandFileName) return asset(assets, path);
  const response = await fetch(new URL(`machine/${path}`, baseUrl));
  if (!response.ok) throw new KindError('unavailable', `the server answered ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

expose(api);
