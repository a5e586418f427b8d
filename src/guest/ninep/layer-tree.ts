/** One image layer as a FileTree: its index says where each file's bytes lie in the layer's tar. */
import { KindError } from '../../lib/errors.ts';
import type { MaybePromise } from '../../lib/maybe-promise.ts';
import type { Digest } from '../../image/digest.ts';
import type { LayerExtent, LayerIndex, LayerInode } from '../../image/layer-index.ts';
import { outsideId, type IdMapping } from '../id-mapping.ts';
import { type ChunkSource, chunkSizeBytes } from './chunk-cache.ts';
import type { DirectoryEntry, FileAttributes, FileTree } from './file-tree.ts';

export interface LayerTreeOptions {
  readonly diffId: Digest;
  /** Rejects `notFound` when the layer is not stored. */
  readonly loadIndex: () => Promise<LayerIndex>;
  /** Owners are users of this namespace. */
  readonly ids?: IdMapping;
  /** The uncompressed tar of a layer, in chunks. */
  readonly content: (diffId: Digest) => ChunkSource;
}

const noXattrs: Readonly<Record<string, Uint8Array>> = {};
/** What a file system would give a small directory. */
const directorySizeBytes = 4096;

/**
 * The index is loaded on first use and may be dropped at any time with `unload()`; it is the same
 * whenever it is loaded again, because a diffID names one content.
 */
export class LayerTree implements FileTree {
  readonly rootInode = 0;
  readonly #options: LayerTreeOptions;
  #index: LayerIndex | undefined;
  #loading: Promise<void> | undefined;

  constructor(options: LayerTreeOptions) {
    this.#options = options;
  }

  /** Number of inodes held in memory, 0 when the index is not loaded. */
  get loadedInodeCount(): number {
    return this.#index?.inodes.length ?? 0;
  }

  prepare(): Promise<void> | undefined {
    if (this.#index !== undefined) return undefined;
    this.#loading ??= this.#load();
    return this.#loading;
  }

  unload(): void {
    this.#index = undefined;
  }

  attributes(inode: number): FileAttributes {
    const entry = this.#inode(inode);
    const { ids } = this.#options;
    const { type, mode, mtimeSeconds, mtimeNanoseconds, linkCount } = entry;
    return {
      type,
      mode,
      uid: ids === undefined ? entry.uid : outsideId(ids.uids, entry.uid),
      gid: ids === undefined ? entry.gid : outsideId(ids.gids, entry.gid),
      sizeBytes: sizeOf(entry),
      allocatedBytes: allocatedBytes(entry),
      mtimeSeconds,
      mtimeNanoseconds,
      linkCount,
      deviceMajor: entry.device?.major ?? 0,
      deviceMinor: entry.device?.minor ?? 0,
    };
  }

  lookup(inode: number, name: string): number | undefined {
    return this.#inode(inode).children?.get(name);
  }

  list(inode: number): readonly DirectoryEntry[] {
    const entries: DirectoryEntry[] = [];
    const { children } = this.#inode(inode);
    if (children !== undefined) {
      for (const [name, child] of children) entries.push({ name, inode: child });
    }
    return entries;
  }

  read(inode: number, offset: number, length: number): MaybePromise<Uint8Array> {
    const { extents = [], sizeBytes, contentOf = this.#options.diffId } = this.#inode(inode);
    const end = Math.min(offset + length, sizeBytes);
    if (offset >= end) return new Uint8Array(0);
    const pieces = piecesOf(extents, offset, end);
    const source = this.#options.content(contentOf);
    const [only] = pieces;
    // Most files are smaller than a chunk and lie in one: no copy then.
    if (pieces.length === 1 && only !== undefined && only.length === end - offset) {
      const chunk = source.chunk(only.chunk);
      if (!(chunk instanceof Promise)) return slice(chunk, only);
      return chunk.then((bytes) => slice(bytes, only));
    }
    return assemble(source, { pieces, sizeBytes: end - offset });
  }

  readlink(inode: number): string {
    return this.#inode(inode).target ?? '';
  }

  xattrs(inode: number): Readonly<Record<string, Uint8Array>> {
    return this.#inode(inode).xattrs ?? noXattrs;
  }

  async #load(): Promise<void> {
    try {
      this.#index = await this.#options.loadIndex();
    } finally {
      this.#loading = undefined;
    }
  }

  #inode(inode: number): LayerInode {
    const entry = this.#index?.inodes[inode];
    if (entry === undefined) {
      throw new KindError('notFound', `Cannot find inode ${inode} of "${this.#options.diffId}"`);
    }
    return entry;
  }
}

function sizeOf(inode: LayerInode): number {
  if (inode.type === 'dir') return directorySizeBytes;
  return inode.sizeBytes;
}

function allocatedBytes({ type, extents, sizeBytes }: LayerInode): number {
  if (type === 'dir') return directorySizeBytes;
  if (type !== 'file') return 0;
  // A file in one run, which nearly all are, is not sparse.
  if (extents?.length === 1 && extents[0]?.length === sizeBytes) return sizeBytes;
  return extents?.reduce((sum, { length }) => sum + length, 0) ?? 0;
}

/** A part of a read that lies in one chunk. */
interface Piece {
  readonly chunk: number;
  readonly start: number;
  readonly length: number;
  /** Where it goes in the result. */
  readonly at: number;
}

/** The parts of file bytes [offset, end) that are data, cut at chunk borders. */
function piecesOf(extents: readonly LayerExtent[], offset: number, end: number): Piece[] {
  const pieces: Piece[] = [];
  for (let index = firstExtent(extents, offset); index < extents.length; index++) {
    const extent = extents[index];
    if (extent === undefined || extent.fileOffset >= end) break;
    const from = Math.max(offset, extent.fileOffset);
    const to = Math.min(end, extent.fileOffset + extent.length);
    const shift = extent.tarOffset - extent.fileOffset;
    for (let at = from; at < to;) {
      const chunk = Math.floor((at + shift) / chunkSizeBytes);
      const start = at + shift - chunk * chunkSizeBytes;
      const length = Math.min(to - at, chunkSizeBytes - start);
      pieces.push({ chunk, start, length, at: at - offset });
      at += length;
    }
  }
  return pieces;
}

/** Index of the first extent that ends behind `offset`. */
function firstExtent(extents: readonly LayerExtent[], offset: number): number {
  let low = 0;
  let high = extents.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const extent = extents[middle];
    if (extent !== undefined && extent.fileOffset + extent.length <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function assemble(
  source: ChunkSource,
  { pieces, sizeBytes }: { readonly pieces: readonly Piece[]; readonly sizeBytes: number },
): MaybePromise<Uint8Array> {
  const result = new Uint8Array(sizeBytes);
  const waiting: Promise<void>[] = [];
  for (const piece of pieces) {
    const chunk = source.chunk(piece.chunk);
    if (chunk instanceof Promise) {
      waiting.push(chunk.then((bytes) => result.set(slice(bytes, piece), piece.at)));
    } else result.set(slice(chunk, piece), piece.at);
  }
  return waiting.length === 0 ? result : Promise.all(waiting).then(() => result);
}

function slice(chunk: Uint8Array, { start, length }: Piece): Uint8Array {
  if (start + length > chunk.length) {
    throw new KindError(
      'dataLoss',
      'Cannot read the layer: its content is shorter than its index says',
    );
  }
  return chunk.subarray(start, start + length);
}
