/**
 * The index of the machine's user land: every file's name and attributes, and in which blob its
 * bytes lie. `vm-image/userland/` writes it; it arrives in one download with the boot pack, the
 * parts of files that the shell touches before its first prompt.
 *
 * Layout: length of the JSON (32 bits, little endian), JSON, boot pack.
 * Columns, not objects: a list of two thousand names costs a third of the bytes that way.
 */
import { KindError, errorMessage } from '../../lib/errors.ts';
import type { FileType } from './file-tree.ts';

/** The JSON as it is written. Columns of inodes have one item per inode; inode 0 is the root. */
export interface MachineIndexJson {
  readonly version: 1;
  readonly mtimeSeconds: number;
  /** sha256 of each blob's uncompressed bytes, 64 hex digits. */
  readonly blobs: readonly string[];
  readonly blobSizes: readonly number[];
  /** One letter per inode: `f` file, `d` directory, `l` symlink. */
  readonly types: string;
  readonly modes: readonly number[];
  /** `[inode, uid, gid]` of what does not belong to root. */
  readonly owners: readonly (readonly [number, number, number])[];
  /** Per file in inode order: size, and where it lies (blob -1: nowhere, it is empty). */
  readonly sizes: readonly number[];
  readonly fileBlobs: readonly number[];
  readonly fileOffsets: readonly number[];
  /** Per symlink in inode order. */
  readonly targets: readonly string[];
  /** Directory entries, each directory's together and sorted by name. */
  readonly names: readonly string[];
  readonly parents: readonly number[];
  readonly inodes: readonly number[];
  /** What the boot pack holds, in its order: `[inode, offset in the file, length]`. */
  readonly boot: readonly (readonly [number, number, number])[];
  /** Blobs that are fetched together, by a name. */
  readonly groups: Readonly<Record<string, readonly number[]>>;
  /** `[inode, …blobs]`: what running this program will ask for next, its libraries. */
  readonly needs: readonly (readonly number[])[];
}

export interface MachineExtent {
  readonly offset: number;
  readonly length: number;
  /** Where it lies in the boot pack. */
  readonly packOffset: number;
}

export interface MachineInode {
  readonly type: FileType;
  readonly mode: number;
  uid: number;
  gid: number;
  readonly sizeBytes: number;
  linkCount: number;
  readonly target?: string;
  /** Index into `blobs`, with the file's place in it. */
  readonly blob?: number;
  readonly blobOffset: number;
  /** Parts that lie in the boot pack, by offset. */
  readonly extents: MachineExtent[];
  readonly children?: Map<string, number>;
  /** Blobs to fetch along with this file. */
  needs: readonly number[];
}

export interface MachineBlob {
  readonly digest: `sha256:${string}`;
  readonly sizeBytes: number;
}

export interface MachineIndex {
  readonly mtimeSeconds: number;
  readonly inodes: readonly MachineInode[];
  readonly blobs: readonly MachineBlob[];
  readonly groups: Readonly<Record<string, readonly number[]>>;
  readonly bootPack: Uint8Array;
}

const inodeCountMax = 1 << 20;
const typeOfLetter: Readonly<Record<string, FileType>> = { f: 'file', d: 'dir', l: 'symlink' };

/** Rejects with `dataLoss` what is not an index. */
export function decodeMachineIndex(bytes: Uint8Array): MachineIndex {
  try {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const length = view.getUint32(0, true);
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(4, 4 + length));
    const json = JSON.parse(text) as MachineIndexJson;
    if (json.version !== 1) throw new Error(`version is ${String(json.version)}, not 1`);
    return buildIndex(json, bytes.subarray(4 + length));
  } catch (cause) {
    const message = `Cannot read the index of the machine's files: ${errorMessage(cause)}`;
    throw new KindError('dataLoss', message, { cause });
  }
}

function buildIndex(json: MachineIndexJson, bootPack: Uint8Array): MachineIndex {
  const inodes = buildInodes(json);
  const at = (inode: number): MachineInode => {
    const found = inodes[inode];
    if (found === undefined) throw new Error(`inode ${inode} does not exist`);
    return found;
  };
  for (const [inode, uid, gid] of json.owners) Object.assign(at(inode), { uid, gid });
  addNames(json, at);
  addBootPack(json, at, bootPack.length);
  for (const [inode, ...blobs] of json.needs) if (inode !== undefined) at(inode).needs = blobs;
  return {
    mtimeSeconds: json.mtimeSeconds,
    inodes,
    blobs: json.blobs.map((hex, index) => ({
      digest: `sha256:${hex}`,
      sizeBytes: item(json.blobSizes, index),
    })),
    groups: json.groups,
    bootPack,
  };
}

function buildInodes(json: MachineIndexJson): MachineInode[] {
  if (json.types.length > inodeCountMax) throw new Error('too many inodes');
  let file = 0;
  let symlink = 0;
  return Array.from(json.types, (letter, index) => {
    const type = typeOfLetter[letter];
    if (type === undefined) throw new Error(`type "${letter}"`);
    const common = { type, mode: item(json.modes, index), uid: 0, gid: 0, needs: [], extents: [] };
    if (type === 'dir') {
      return { ...common, sizeBytes: 4096, linkCount: 2, blobOffset: 0, children: new Map() };
    }
    if (type === 'symlink') {
      const target = item(json.targets, symlink++);
      return { ...common, sizeBytes: target.length, linkCount: 0, blobOffset: 0, target };
    }
    const blob = item(json.fileBlobs, file);
    const sizeBytes = item(json.sizes, file);
    const blobOffset = item(json.fileOffsets, file++);
    if (blob >= 0 && blobOffset + sizeBytes > item(json.blobSizes, blob)) {
      throw new Error(`inode ${index} lies outside its blob`);
    }
    return { ...common, sizeBytes, linkCount: 0, blobOffset, ...(blob < 0 ? {} : { blob }) };
  });
}

function addNames(json: MachineIndexJson, at: (inode: number) => MachineInode): void {
  for (const [index, name] of json.names.entries()) {
    const parent = at(item(json.parents, index));
    const number = item(json.inodes, index);
    const child = at(number);
    if (
      parent.children === undefined ||
      name === '' ||
      name === '.' ||
      name === '..' ||
      name.includes('/')
    ) {
      throw new Error(`name "${name}" of inode ${number}`);
    }
    parent.children.set(name, number);
    if (child.type === 'dir') parent.linkCount++;
    else child.linkCount++;
  }
}

function addBootPack(
  json: MachineIndexJson,
  at: (inode: number) => MachineInode,
  packSizeBytes: number,
): void {
  let packOffset = 0;
  for (const [inode, offset, length] of json.boot) {
    at(inode).extents.push({ offset, length, packOffset });
    packOffset += length;
  }
  if (packOffset !== packSizeBytes) throw new Error('the boot pack has another size');
}

function item<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new Error(`column too short at ${index}`);
  return found;
}
