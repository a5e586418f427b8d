/**
 * The directory `layers` of the export: each stored layer under the 64 hex digits of its diffID.
 * A layer is found as soon as its index is in the record store; nobody has to announce it, since
 * v9fs keeps no negative directory entries and asks the server for every listing.
 */
import { KindError } from '../../lib/errors.ts';
import type { ContentStore, RecordStore } from '../../image/content-store.ts';
import { type Digest, digestHex, isDigest } from '../../image/digest.ts';
import type { LayerIndex } from '../../image/layer-index.ts';
import { ChunkCache, type ChunkSource } from './chunk-cache.ts';
import type { IdMapping } from '../id-mapping.ts';
import type { DirectoryEntry, FileAttributes, FileTree, LookupResult } from './file-tree.ts';
import { directoryAttributes } from './joined-tree.ts';
import { LayerTree } from './layer-tree.ts';

/** Records are `layer-index/<diffID>`. */
export const layerIndexKeyPrefix = 'layer-index/';
/** Inodes of loaded indexes, some 200 bytes each; the layers of a dozen large images. */
export const loadedInodeCountMax = 500_000;

export interface LayersDirectoryOptions {
  readonly records: Pick<RecordStore, 'get' | 'keys'>;
  readonly content: Pick<ContentStore, 'read'>;
  readonly decode: (record: Uint8Array) => LayerIndex;
  readonly cache?: ChunkCache;
  /** The layers' owners are users of this namespace. */
  readonly ids?: IdMapping;
}

export class LayersDirectory implements FileTree {
  readonly rootInode = 0;
  readonly #options: LayersDirectoryOptions;
  readonly #cache: ChunkCache;
  /** Never shrinks: a tree that comes back must keep its qids, and one without index is tiny. */
  readonly #trees = new Map<Digest, LayerTree>();
  readonly #sources = new Map<Digest, ChunkSource>();

  constructor(options: LayersDirectoryOptions) {
    this.#options = options;
    this.#cache = options.cache ?? new ChunkCache();
  }

  /** Frees the memory of a layer that was deleted: what the guest still holds of it becomes ESTALE. */
  forget(diffId: Digest): void {
    this.#trees.get(diffId)?.unload();
  }

  attributes(): FileAttributes {
    return directoryAttributes;
  }

  async lookup(_inode: number, name: string): Promise<LookupResult> {
    const diffId = `sha256:${name}`;
    if (!isDigest(diffId)) return undefined;
    const tree = this.#trees.get(diffId) ?? this.#create(diffId);
    // Linux asks once and remembers, so there is time to see whether the layer is still there.
    const pending = tree.prepare() ?? this.#checkStored(diffId);
    try {
      await pending;
    } catch (error) {
      if (!(error instanceof KindError) || error.kind !== 'notFound') throw error;
      tree.unload();
      return undefined;
    }
    // Kept only now, so that names nobody stored leave nothing behind. Another walk may have been first.
    const known = this.#trees.get(diffId);
    if (known === undefined) this.#trees.set(diffId, tree);
    return known ?? tree;
  }

  async list(): Promise<readonly DirectoryEntry[]> {
    const entries: DirectoryEntry[] = [];
    for (const key of await this.#options.records.keys(layerIndexKeyPrefix)) {
      const diffId = key.slice(layerIndexKeyPrefix.length);
      if (!isDigest(diffId)) continue;
      let tree = this.#trees.get(diffId);
      if (tree === undefined) this.#trees.set(diffId, (tree = this.#create(diffId)));
      entries.push({ name: digestHex(diffId), inode: tree.rootInode, tree });
    }
    return entries;
  }

  trees(): Iterable<readonly [string, FileTree]> {
    return Array.from(this.#trees, ([diffId, tree]) => [digestHex(diffId), tree] as const);
  }

  read(): Uint8Array {
    throw new KindError('invalidParameter', 'Cannot read a directory');
  }

  readlink(): string {
    throw new KindError('invalidParameter', 'Cannot read a directory as a link');
  }

  xattrs(): Readonly<Record<string, Uint8Array>> {
    return {};
  }

  #create(diffId: Digest): LayerTree {
    return new LayerTree({
      diffId,
      ...(this.#options.ids === undefined ? {} : { ids: this.#options.ids }),
      loadIndex: () => this.#loadIndex(diffId),
      content: (digest) => this.#source(digest),
    });
  }

  async #checkStored(diffId: Digest): Promise<void> {
    const key = layerIndexKeyPrefix + diffId;
    const keys = await this.#options.records.keys(key);
    if (!keys.includes(key)) throw new KindError('notFound', `Cannot find layer "${diffId}"`);
  }

  async #loadIndex(diffId: Digest): Promise<LayerIndex> {
    const record = await this.#options.records.get(layerIndexKeyPrefix + diffId);
    if (record === undefined) throw new KindError('notFound', `Cannot find layer "${diffId}"`);
    const index = this.#options.decode(record);
    this.#makeRoom(index.inodes.length);
    return index;
  }

  /** Drops indexes, oldest layers first; they come back when they are used. */
  #makeRoom(inodeCount: number): void {
    let total = inodeCount;
    for (const tree of this.#trees.values()) total += tree.loadedInodeCount;
    for (const tree of this.#trees.values()) {
      if (total <= loadedInodeCountMax) return;
      total -= tree.loadedInodeCount;
      tree.unload();
    }
  }

  #source(digest: Digest): ChunkSource {
    let source = this.#sources.get(digest);
    if (source === undefined) {
      source = this.#cache.source((offset, length) =>
        this.#options.content.read(digest, offset, length),
      );
      this.#sources.set(digest, source);
    }
    return source;
  }
}
