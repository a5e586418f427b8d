/** A machine in this thread, with the files it is booted from and those it is served over 9p. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import type { BlockStore } from '../disk/block-store.ts';
import { readDiskImage } from '../disk/disk-image.ts';
import {
  bootedMemorySizeBytes,
  decodeBootedMachine,
  type BootedMachine,
} from '../guest/booted-machine.ts';
import type { IdMapping } from '../guest/id-mapping.ts';
import { DiskTree } from '../guest/ninep/disk-tree.ts';
import { JoinedTree } from '../guest/ninep/joined-tree.ts';
import { LayersDirectory } from '../guest/ninep/layers-directory.ts';
import { MachineTree } from '../guest/ninep/machine-tree.ts';
import type { SavedFiles } from '../guest/ninep/saved-files.ts';
import { createNinepServer, type NinepServer } from '../guest/ninep/server.ts';
import { wakeFrameOfNow } from '../guest/wake-frame.ts';
import type { ContentStore, RecordStore } from '../image/content-store.ts';
import type { SavedMachine } from '../host/saved-host.ts';
import { decodeLayerIndex } from '../image/layer-index-codec.ts';
import type { BootFiles, MachineOptions } from '../vm/machine.ts';
import { V86Machine } from '../vm/v86-machine.ts';
import { emulatorCode } from './emulator-code.ts';
import { openFileBlockStore } from './file-block-store.ts';

export const publicFolder = fileURLToPath(new URL('../../public/', import.meta.url));

export interface LocalMachineOptions {
  readonly dataRoot: string;
  readonly content: ContentStore;
  readonly records: RecordStore;
  readonly memorySizeBytes: number;
  /** In place of the data root's own. */
  readonly disk?: BlockStore;
  /** Goes on from there, on the disk of that moment. */
  readonly saved?: Pick<SavedMachine, 'state' | 'files'>;
  /** The layers' owners are users of this namespace. */
  readonly ids?: IdMapping;
  /** Boots the kernel although a machine that was saved after its boot is at hand. */
  readonly bootsKernel?: boolean;
  /** See `MachineOptions`. */
  readonly interpreted?: boolean;
}

export interface LocalMachine {
  /** Not started yet. */
  readonly machine: V86Machine;
  readonly ninep: NinepServer;
  readonly disk: BlockStore;
}

export async function createLocalMachine(options: LocalMachineOptions): Promise<LocalMachine> {
  const beginning = chooseBeginning(options);
  const disk = options.disk ?? (await openDisk(options.dataRoot));
  const ninep = await exportedFiles({ ...options, disk });
  const [{ from, files, isNew }, wasm] = await Promise.all([beginning, emulatorCode()]);
  if (files !== undefined) await ninep.restore(files);
  const machine = new V86Machine({
    wasm,
    from,
    memorySizeBytes: options.memorySizeBytes,
    interpreted: options.interpreted ?? false,
    handle9p: (request) => ninep.handle(request),
  });
  // A machine that is gone by then tells itself.
  if (isNew) machine.channel.send(wakeFrameOfNow()).catch(() => undefined);
  return { machine, ninep, disk };
}

interface Beginning {
  readonly from: MachineOptions['from'];
  /** What the state holds open. */
  readonly files?: SavedFiles;
  /** The state is everybody's. */
  readonly isNew: boolean;
}

async function chooseBeginning(options: LocalMachineOptions): Promise<Beginning> {
  const { saved } = options;
  if (saved !== undefined)
    return { from: { bytes: saved.state }, files: saved.files, isNew: false };
  if (options.bootsKernel !== true && options.memorySizeBytes === bootedMemorySizeBytes) {
    const { state, files } = await readBootedMachine();
    return { from: state, files, isNew: true };
  }
  return { from: await bootFiles(), isNew: false };
}

/** Only its compressed form is kept: the build of the page unpacks it for servers that cannot. */
async function readBootedMachine(): Promise<BootedMachine> {
  const packed = await readMachineFile('booted.bin.br');
  return decodeBootedMachine(await promisify(brotliDecompress)(packed));
}

async function openDisk(dataRoot: string): Promise<BlockStore> {
  const packed = await readMachineFile('disk.gz');
  return openFileBlockStore(dataRoot, await readDiskImage(packed));
}

async function exportedFiles(stores: {
  readonly disk: BlockStore;
  readonly content: ContentStore;
  readonly records: RecordStore;
  readonly ids?: IdMapping;
}): Promise<NinepServer> {
  const userland = new MachineTree({
    fetchFile: (path) => readFile(join(publicFolder, 'machine', path)),
    store: stores.content,
  });
  await userland.load();
  const layers = new LayersDirectory({ ...stores, decode: decodeLayerIndex });
  const disk = new DiskTree(() => Promise.resolve(stores.disk));
  return createNinepServer({ root: new JoinedTree({ machine: userland, layers, disk }) });
}

async function bootFiles(): Promise<BootFiles> {
  const [kernel, initramfs, bios] = await Promise.all([
    readMachineFile('kernel.bin'),
    readMachineFile('initramfs.cpio'),
    readMachineFile('bios.bin'),
  ]);
  return { kernel, initramfs, bios };
}

/** One of those that the machine is booted from; rejects with what is to be said when it is not there. */
export async function readMachineFile(name: string): Promise<Uint8Array> {
  const path = join(publicFolder, 'machine', name);
  try {
    return await readFile(path);
  } catch (cause) {
    const message = `Cannot boot the machine: cannot read "${path}"`;
    throw new Error(message, { cause });
  }
}
