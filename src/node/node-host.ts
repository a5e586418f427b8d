/**
 * A container host in Node: the machine in this thread, layers and records in files below a data root.
 * For tests, the bench and what serves the Engine API without a browser.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { JoinedTree } from '../guest/ninep/joined-tree.ts';
import { LayersDirectory } from '../guest/ninep/layers-directory.ts';
import { MachineTree } from '../guest/ninep/machine-tree.ts';
import { createNinepServer, type NinepServer } from '../guest/ninep/server.ts';
import { createHost, type Host } from '../host/create-host.ts';
import type { ContentStore } from '../image/content-store.ts';
import { decodeLayerIndex } from '../image/layer-index-codec.ts';
import type { Machine } from '../vm/machine.ts';
import { V86Machine } from '../vm/v86-machine.ts';
import { openFileContentStore } from './file-content-store.ts';
import { createFileFetch } from './file-fetch.ts';
import { openFileRecordStore } from './file-record-store.ts';

export interface NodeHostOptions {
  /** Folder of everything that outlives the process. */
  readonly dataRoot: string;
  readonly memorySizeBytes?: number;
  /** Origin of a registry proxy; absent, registries are asked directly. */
  readonly proxyUrl?: string;
  readonly onConsole?: (text: string) => void;
}

export interface NodeHost {
  readonly host: Host;
  readonly machine: Machine;
  readonly ninep: NinepServer;
  readonly content: ContentStore;
  dispose(): void;
}

const publicFolder = fileURLToPath(new URL('../../public/', import.meta.url));
const wasmPath = fileURLToPath(new URL('../../node_modules/v86/build/v86.wasm', import.meta.url));
/** SeaBIOS keeps the top 16 MiB. */
const memorySizeBytesDefault = 528 * 1024 * 1024;

/** Boots a machine; `host.ready` tells when it can be used. */
export async function startNodeHost(options: NodeHostOptions): Promise<NodeHost> {
  const memorySizeBytes = options.memorySizeBytes ?? memorySizeBytesDefault;
  const content = await openFileContentStore(options.dataRoot);
  const records = openFileRecordStore(join(options.dataRoot, 'records'));
  const ninep = await exportedFiles({ content, records });
  const machine = new V86Machine({
    ...(await machineFiles()),
    memorySizeBytes,
    handle9p: (request) => ninep.handle(request),
  });
  if (options.onConsole !== undefined) machine.onConsole(options.onConsole);
  const libraryUrl = pathToFileURL(join(publicFolder, 'library/')).href;
  const host = createHost({
    channel: machine.channel,
    content,
    records,
    fetch: createFileFetch(libraryUrl),
    libraryUrl,
    memorySizeBytes,
    ...(options.proxyUrl === undefined ? {} : { proxyUrl: options.proxyUrl }),
  });
  machine.onState((state) => {
    if (state.phase === 'failed') host.machineLost(state.cause);
  });
  await machine.start();
  return {
    host,
    machine,
    ninep,
    content,
    dispose() {
      host.dispose();
      machine.dispose();
      ninep.dispose();
    },
  };
}

async function exportedFiles(stores: {
  content: ContentStore;
  records: ReturnType<typeof openFileRecordStore>;
}): Promise<NinepServer> {
  const userland = new MachineTree({
    fetchFile: (path) => readFile(join(publicFolder, 'machine', path)),
    store: stores.content,
  });
  await userland.load();
  const layers = new LayersDirectory({ ...stores, decode: decodeLayerIndex });
  return createNinepServer({ root: new JoinedTree({ machine: userland, layers }) });
}

async function machineFiles(): Promise<{
  kernel: Uint8Array;
  initramfs: Uint8Array;
  bios: Uint8Array;
  wasm: Uint8Array;
}> {
  const machineFile = (name: string): Promise<Uint8Array> =>
    readFile(join(publicFolder, 'machine', name));
  const [kernel, initramfs, bios, wasm] = await Promise.all([
    machineFile('kernel.bin'),
    machineFile('initramfs.cpio'),
    machineFile('bios.bin'),
    readFile(wasmPath),
  ]);
  return { kernel, initramfs, bios, wasm };
}
