/**
 * The machine's disk in IndexedDB, in chunks. Writes stay in memory until the machine flushes or too many have come
 * together, and then go out in one transaction: a flush is there whole or not at all.
 */
import { clear, createStore, get, promisifyRequest, type UseStore } from 'idb-keyval';
import type { CopyableBlockStore, DiskPart } from '../disk/block-store.ts';
import type { DiskImage } from '../disk/disk-image.ts';
import { checkRange, chunkParts, type ChunkPart } from '../disk/memory-block-store.ts';
import { LruCache } from '../lib/lru-cache.ts';
import type { MaybePromise } from '../lib/maybe-promise.ts';
import { asStorageError } from './idb-quota.ts';

/** A few blocks of the file system: an IndexedDB request costs more than the bytes do. */
export const diskChunkSizeBytes = 64 * 1024;
/** 16 MiB of what was written and not yet stored; a writer waits beyond. */
export const dirtyChunkCountMax = 256;
/** 16 MiB of what was read or stored lately; the guest has a cache of its own. */
const cleanChunkCountMax = 256;
/** Beside the chunks, whose keys are their numbers. Written with the first ones. */
const sizeKey = 'sizeBytes';

type Chunk = Uint8Array<ArrayBuffer>;

/** Only the holder of a lock may open it. `name` is the prefix of the database's name. */
export async function openIdbBlockStore(
  name: string,
  image: DiskImage,
): Promise<CopyableBlockStore> {
  const use = storeOf(name);
  const known = await get<number>(sizeKey, use);
  // Half of a disk that was being replaced.
  if (known === undefined) await clear(use);
  const sizeBytes = known ?? image.sizeBytes;
  const keys = await use('readonly', (store) => promisifyRequest(store.getAllKeys()));
  const stored = keys.filter((key) => typeof key === 'number');
  const disk = new IdbBlockStore({ use, sizeBytes, stored });
  if (known === undefined) await disk.make(image);
  return disk;
}

/** Only the holder of a lock may. Until all of it is there, there is no disk, and the next to open it makes an empty one. */
export async function replaceIdbDisk(
  name: string,
  { sizeBytes, parts }: { readonly sizeBytes: number; readonly parts: AsyncIterable<DiskPart> },
): Promise<void> {
  const use = storeOf(name);
  await clear(use);
  const disk = new IdbBlockStore({ use, sizeBytes, stored: [] });
  for await (const { offset, bytes } of parts) await disk.write(offset, bytes);
  await disk.finish();
}

function storeOf(name: string): UseStore {
  return createStore(`${name}-disk`, 'chunks');
}

class IdbBlockStore implements CopyableBlockStore {
  readonly sizeBytes: number;
  readonly #use: UseStore;
  /** Chunks that the database has; all others are zeros. */
  readonly #stored: Set<number>;
  readonly #clean = new LruCache<number, Chunk>(cleanChunkCountMax);
  readonly #loading = new Map<number, Promise<Chunk>>();
  #dirty = new Map<number, Chunk>();
  /** On their way out. */
  #leaving = new Map<number, Chunk>();
  #flushed: Promise<void> = Promise.resolve();

  constructor(options: {
    readonly use: UseStore;
    readonly sizeBytes: number;
    readonly stored: readonly number[];
  }) {
    this.#use = options.use;
    this.sizeBytes = options.sizeBytes;
    this.#stored = new Set(options.stored);
  }

  /** Stores the empty disk and its size in one transaction. */
  async make(image: DiskImage): Promise<void> {
    for (const [offset, content] of image.blocks) await this.write(offset, content);
    await this.finish();
  }

  /** All that was written, and with it the size, which makes it a disk. */
  async finish(): Promise<void> {
    await this.flush();
    await this.#store([[sizeKey, this.sizeBytes]]);
  }

  async *parts(): AsyncIterable<DiskPart> {
    const indexes = new Set([...this.#stored, ...this.#leaving.keys(), ...this.#dirty.keys()]);
    for (const index of [...indexes].sort((a, b) => a - b)) {
      const bytes = this.#cached(index) ?? (await this.#load(index));
      if (bytes.some((byte) => byte !== 0)) yield { offset: index * diskChunkSizeBytes, bytes };
    }
  }

  read(offset: number, length: number): MaybePromise<Uint8Array> {
    const result = new Uint8Array(Math.max(0, Math.min(length, this.sizeBytes - offset)));
    const parts = chunkParts(offset, result.length, diskChunkSizeBytes);
    const copy = (part: ChunkPart, chunk: Chunk | undefined): void => {
      if (chunk !== undefined)
        result.set(chunk.subarray(part.start, part.start + part.length), part.at);
    };
    const missing = parts.filter((part) => {
      const isHere = this.#isHere(part.index);
      if (isHere) copy(part, this.#cached(part.index));
      return !isHere;
    });
    if (missing.length === 0) return result;
    const loads = missing.map(async (part) => copy(part, await this.#load(part.index)));
    return Promise.all(loads).then(() => result);
  }

  write(offset: number, bytes: Uint8Array): MaybePromise<void> {
    checkRange(this, offset, bytes.length);
    // The caller's buffer is the guest's: what has to wait takes a copy.
    const waits: Promise<void>[] = [];
    for (const part of chunkParts(offset, bytes.length, diskChunkSizeBytes)) {
      const content = bytes.subarray(part.at, part.at + part.length);
      const isWhole = part.length === diskChunkSizeBytes;
      if (isWhole || this.#isHere(part.index)) {
        this.#change(part, { content, chunk: this.#cached(part.index) });
      } else {
        const copy = content.slice();
        waits.push(
          this.#load(part.index).then((chunk) => this.#change(part, { content: copy, chunk })),
        );
      }
    }
    if (this.#dirty.size > dirtyChunkCountMax) waits.push(this.flush());
    return waits.length === 0 ? undefined : Promise.all(waits).then(() => undefined);
  }

  flush(): Promise<void> {
    this.#flushed = this.#flushed.catch(() => undefined).then(() => this.#store([]));
    return this.#flushed;
  }

  dispose(): void {
    this.#dirty.clear();
  }

  #isHere(index: number): boolean {
    return !this.#stored.has(index) || this.#cached(index) !== undefined;
  }

  #cached(index: number): Chunk | undefined {
    return this.#dirty.get(index) ?? this.#leaving.get(index) ?? this.#clean.get(index);
  }

  #change(part: ChunkPart, from: { content: Uint8Array; chunk: Chunk | undefined }): void {
    const chunk = this.#cached(part.index) ?? from.chunk ?? new Uint8Array(diskChunkSizeBytes);
    chunk.set(from.content, part.start);
    this.#clean.delete(part.index);
    this.#dirty.set(part.index, chunk);
  }

  #load(index: number): Promise<Chunk> {
    const loading = this.#loading.get(index);
    if (loading !== undefined) return loading;
    const loaded = get<Chunk>(index, this.#use).then((stored) => {
      const chunk = this.#cached(index) ?? stored ?? new Uint8Array(diskChunkSizeBytes);
      if (!this.#dirty.has(index) && !this.#leaving.has(index)) this.#clean.set(index, chunk);
      return chunk;
    });
    this.#loading.set(index, loaded);
    const forget = (): void => void this.#loading.delete(index);
    loaded.then(forget, forget);
    return loaded;
  }

  /** All dirty chunks, and `more`, in one transaction. */
  async #store(more: readonly (readonly [IDBValidKey, unknown])[]): Promise<void> {
    if (this.#dirty.size === 0 && more.length === 0) return;
    const leaving = this.#dirty;
    this.#leaving = leaving;
    this.#dirty = new Map();
    try {
      await this.#use('readwrite', (store) => {
        for (const [index, chunk] of leaving) store.put(chunk, index);
        for (const [key, value] of more) store.put(value, key);
        return promisifyRequest(store.transaction);
      }).catch(asStorageError);
    } catch (error) {
      for (const [index, chunk] of leaving)
        if (!this.#dirty.has(index)) this.#dirty.set(index, chunk);
      throw error;
    } finally {
      this.#leaving = new Map();
    }
    for (const [index, chunk] of leaving) {
      this.#stored.add(index);
      if (!this.#dirty.has(index)) this.#clean.set(index, chunk);
    }
  }
}
