/** A machine in this thread, with the files it is booted from and those it is served over 9p. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { JoinedTree } from '../guest/ninep/joined-tree.ts';
import { LayersDirectory } from '../guest/ninep/layers-directory.ts';
import { MachineTree } from '../guest/ninep/machine-tree.ts';
import { createNinepServer, type NinepServer } from '../guest/ninep/server.ts';
import type { ContentStore, RecordStore } from '../image/content-store.ts';
import { decodeLayerIndex } from '../image/layer-index-codec.ts';
import { V86Machine } from '../vm/v86-machine.ts';

export const publicFolder = fileURLToPath(new URL('../../public/', import.meta.url));
const wasmPath = fileURLToPath(new URL('../../node_modules/v86/build/v86.wasm', import.meta.url));

export interface LocalMachineOptions {
  readonly content: ContentStore;
  readonly records: RecordStore;
  readonly memorySizeBytes: number;
}

export interface LocalMachine {
  /** Not started yet. */
  readonly machine: V86Machine;
  readonly ninep: NinepServer;
}

export async function createLocalMachine(options: LocalMachineOptions): Promise<LocalMachine> {
  const ninep = await exportedFiles(options);
  const machine = new V86Machine({
    ...(await machineFiles()),
    memorySizeBytes: options.memorySizeBytes,
    handle9p: (request) => ninep.handle(request),
  });
  return { machine, ninep };
}

async function exportedFiles(stores: {
  readonly content: ContentStore;
  readonly records: RecordStore;
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
