/** A small user land for tests: a program with a library, two files in one blob, and a boot pack. */
import { createSHA256 } from 'hash-wasm';
import type { BlobStore } from './machine-blobs.ts';
import type { MachineIndexJson } from './machine-index.ts';
import { MachineTree, type MachineTreeOptions } from './machine-tree.ts';

const hasher = await createSHA256();

export const libraryBytes = generated(300_000, 1);
export const programBytes = generated(200_000, 2);
export const motdBytes = new TextEncoder().encode('Welcome aboard\n');
export const hostsBytes = new TextEncoder().encode('127.0.0.1 localhost\n');
const etcBlob = new Uint8Array([...motdBytes, ...hostsBytes]);
const blobs = [libraryBytes, programBytes, etcBlob];

/** The program's second page is in the boot pack. */
export const bootPart = { offset: 4096, length: 4096 };

export const indexJson: MachineIndexJson = {
  version: 1,
  mtimeSeconds: 1_767_225_600,
  blobs: blobs.map(sha256),
  blobSizes: blobs.map(({ length }) => length),
  types: 'ddfffldf',
  modes: [0o755, 0o755, 0o755, 0o644, 0o644, 0o777, 0o1777, 0o600],
  owners: [[4, 1, 42]],
  sizes: [programBytes.length, libraryBytes.length, motdBytes.length, hostsBytes.length],
  fileBlobs: [1, 0, 2, 2],
  fileOffsets: [0, 0, 0, motdBytes.length],
  targets: ['program'],
  names: ['bin', 'hosts', 'motd', 'tmp', 'library', 'link', 'program', 'twin'],
  parents: [0, 0, 0, 0, 1, 1, 1, 1],
  inodes: [1, 7, 4, 6, 3, 5, 2, 2],
  boot: [[2, bootPart.offset, bootPart.length]],
  groups: { everyday: [0, 2] },
  needs: [[2, 0]],
};

export function encodeIndex(json: MachineIndexJson): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(json));
  const bytes = new Uint8Array(4 + text.length + bootPart.length);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 4);
  bytes.set(
    programBytes.subarray(bootPart.offset, bootPart.offset + bootPart.length),
    4 + text.length,
  );
  return bytes;
}

/** The files that a server would have, by path. */
export function servedFiles(): Map<string, Uint8Array> {
  const files = new Map([['userland.bin', encodeIndex(indexJson)]]);
  for (const blob of blobs) files.set(blobPath(blob), storedZstd(blob));
  return files;
}

export function blobPath(blob: Uint8Array): string {
  const hex = sha256(blob);
  return `files/${hex.slice(0, 2)}/${hex}.zst`;
}

/** A tree over the files, with the list of what it fetched. */
export function treeOver(
  files: ReadonlyMap<string, Uint8Array>,
  options: Partial<MachineTreeOptions> = {},
): { tree: MachineTree; fetched: string[] } {
  const fetched: string[] = [];
  const fetchFile = async (path: string): Promise<Uint8Array> => {
    fetched.push(path);
    await Promise.resolve();
    const bytes = files.get(path);
    if (bytes === undefined) throw new Error('offline');
    return bytes;
  };
  return { tree: new MachineTree({ fetchFile, sleep: async () => {}, ...options }), fetched };
}

/** A store in memory that checks what is committed, as the content store does. */
export function memoryStore(): BlobStore & { readonly blobs: Map<string, Uint8Array> } {
  const stored = new Map<string, Uint8Array>();
  return {
    blobs: stored,
    info: async (digest) => {
      const bytes = stored.get(digest);
      return bytes === undefined ? undefined : { sizeBytes: bytes.length };
    },
    read: async (digest, offset, length) =>
      (stored.get(digest) ?? new Uint8Array(0)).subarray(offset, offset + length),
    create: async () => {
      const chunks: Uint8Array[] = [];
      return {
        write: async (chunk) => void chunks.push(chunk),
        commit: async (expected) => {
          const bytes = concat(chunks);
          if (`sha256:${sha256(bytes)}` !== expected) throw new Error('wrong digest');
          stored.set(expected, bytes);
        },
        abort: async () => {},
      };
    },
  };
}

/** A zstd frame that stores its content in raw blocks (RFC 8878, section 3.1.1). */
export function storedZstd(content: Uint8Array): Uint8Array {
  const blockSizeMax = 128 * 1024;
  const header = new Uint8Array(9);
  const view = new DataView(header.buffer);
  view.setUint32(0, 0xfd2fb528, true);
  view.setUint8(4, 0xa0);
  view.setUint32(5, content.length, true);
  const parts: Uint8Array[] = [header];
  for (let offset = 0; offset < content.length; offset += blockSizeMax) {
    const block = content.subarray(offset, offset + blockSizeMax);
    const last = offset + blockSizeMax >= content.length ? 1 : 0;
    const field = (block.length << 3) | last;
    parts.push(Uint8Array.of(field & 0xff, (field >> 8) & 0xff, field >> 16), block);
  }
  return concat(parts);
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

function sha256(bytes: Uint8Array): string {
  return hasher.init().update(bytes).digest('hex');
}

function generated(length: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 24;
  });
}
