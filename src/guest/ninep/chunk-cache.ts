/**
 * Content by range through a cache of chunks: least recently used first out, one read for concurrent
 * wishes of the same chunk, and the next chunk fetched ahead of a reader who goes forward. Chunks are
 * cut from a layer's whole tar, so reading one small file brings its neighbours along.
 */
import type { MaybePromise } from '../../lib/maybe-promise.ts';

/** About one read of the guest (msize 256 KiB less headers). */
export const chunkSizeBytes = 256 * 1024;
/** An eighth of a small machine's memory; layers in use are read again and again by new containers. */
export const chunkCacheSizeBytesMax = 32 * 1024 * 1024;
const readAheadCountMax = 4;
/** Chunks per source in the key space: 2^27 chunks of 256 KiB are 32 TiB. */
const sourceStride = 2 ** 27;

/** Bytes [offset, offset + length), shortened at the end of the content. */
export type ReadRange = (offset: number, length: number) => Promise<Uint8Array>;

/** One content of the cache: what a digest names. */
export class ChunkSource {
  readonly cache: ChunkCache;
  readonly read: ReadRange;
  readonly keyBase: number;
  /** The last chunk asked for, to tell a reader who goes forward. */
  lastIndex = -1;

  constructor(cache: ChunkCache, read: ReadRange, keyBase: number) {
    this.cache = cache;
    this.read = read;
    this.keyBase = keyBase;
  }

  /** Chunk `index`, at once when it is cached; shorter, or empty, at the end of the content. */
  chunk(index: number): MaybePromise<Uint8Array> {
    return this.cache.chunk(this, index);
  }
}

export class ChunkCache {
  readonly #sizeBytesMax: number;
  readonly #chunks = new Map<number, Uint8Array>();
  readonly #reading = new Map<number, Promise<Uint8Array>>();
  #sizeBytes = 0;
  #sourceCount = 0;
  #readAheadCount = 0;
  #lastKey = -1;

  constructor(sizeBytesMax: number = chunkCacheSizeBytesMax) {
    this.#sizeBytesMax = sizeBytesMax;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  source(read: ReadRange): ChunkSource {
    return new ChunkSource(this, read, this.#sourceCount++ * sourceStride);
  }

  chunk(source: ChunkSource, index: number): MaybePromise<Uint8Array> {
    const forward = index === source.lastIndex + 1;
    source.lastIndex = index;
    const key = source.keyBase + index;
    const cached = this.#touch(key);
    const result = cached ?? this.#fetch(source, index);
    if (forward) this.#readAhead(source, index + 1);
    return result;
  }

  clear(): void {
    this.#chunks.clear();
    this.#sizeBytes = 0;
    this.#lastKey = -1;
  }

  #touch(key: number): Uint8Array | undefined {
    const chunk = this.#chunks.get(key);
    if (chunk === undefined || key === this.#lastKey) return chunk;
    this.#chunks.delete(key);
    this.#chunks.set(key, chunk);
    this.#lastKey = key;
    return chunk;
  }

  #fetch(source: ChunkSource, index: number): Promise<Uint8Array> {
    const key = source.keyBase + index;
    const reading = this.#reading.get(key);
    if (reading !== undefined) return reading;
    const read = source.read(index * chunkSizeBytes, chunkSizeBytes).then(
      (chunk) => {
        this.#reading.delete(key);
        this.#store(key, chunk);
        return chunk;
      },
      (error: unknown) => {
        this.#reading.delete(key);
        throw error;
      },
    );
    this.#reading.set(key, read);
    return read;
  }

  #readAhead(source: ChunkSource, index: number): void {
    const key = source.keyBase + index;
    if (this.#readAheadCount >= readAheadCountMax) return;
    if (this.#chunks.has(key) || this.#reading.has(key)) return;
    // A short chunk before it is the end of the content.
    const before = this.#chunks.get(key - 1);
    if (before !== undefined && before.length < chunkSizeBytes) return;
    this.#readAheadCount++;
    const finish = (): void => {
      this.#readAheadCount--;
    };
    // A failure shows when somebody asks for the chunk.
    this.#fetch(source, index)
      .catch(() => undefined)
      .finally(finish);
  }

  #store(key: number, chunk: Uint8Array): void {
    if (chunk.length > this.#sizeBytesMax) return;
    this.#chunks.set(key, chunk);
    this.#sizeBytes += chunk.length;
    this.#lastKey = key;
    for (const [oldest, { length }] of this.#chunks) {
      if (this.#sizeBytes <= this.#sizeBytesMax) break;
      this.#chunks.delete(oldest);
      this.#sizeBytes -= length;
    }
  }
}
