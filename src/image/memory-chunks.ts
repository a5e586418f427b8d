/** Chunks in memory: for tests, and for a page whose browser lends it no storage. */
import { KindError } from '../lib/errors.ts';
import type { BlobRecord, Bytes, ChunkBackend } from './chunked-content-store.ts';
import type { RecordStore } from './content-store.ts';
import type { Digest } from './digest.ts';

/** Layers are kept uncompressed: a few images of the usual size. */
export const memoryContentSizeBytesMax = 512 * 1024 * 1024;

export class MemoryChunks implements ChunkBackend {
  readonly #chunks = new Map<string, Bytes[]>();
  readonly #records = new Map<Digest, BlobRecord>();
  #ingests = 0;
  #sizeBytes = 0;

  /** Chunks of writes that were neither committed nor dropped. */
  get leftovers(): number {
    return this.#chunks.size - this.#records.size;
  }

  async begin(): Promise<string> {
    this.#ingests += 1;
    this.#chunks.set(`${this.#ingests}`, []);
    return `${this.#ingests}`;
  }

  async writeChunks(ingest: string, batch: { chunks: readonly Bytes[] }): Promise<void> {
    const sizeBytes = batch.chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
    if (this.#sizeBytes + sizeBytes > memoryContentSizeBytesMax) {
      throw new KindError(
        'resourceExhausted',
        `no space left on device: images here are kept in memory, at most ${memoryContentSizeBytesMax / 1024 / 1024} MiB`,
      );
    }
    const chunks = this.#chunks.get(ingest);
    if (chunks === undefined) return;
    chunks.push(...batch.chunks);
    this.#sizeBytes += sizeBytes;
  }

  async commit(record: BlobRecord): Promise<void> {
    if (this.#records.has(record.digest)) await this.drop(record.ingest);
    else this.#records.set(record.digest, record);
  }

  async drop(ingest: string): Promise<void> {
    for (const chunk of this.#chunks.get(ingest) ?? []) this.#sizeBytes -= chunk.byteLength;
    this.#chunks.delete(ingest);
  }

  async record(digest: Digest): Promise<BlobRecord | undefined> {
    return this.#records.get(digest);
  }

  async list(): Promise<{ digest: Digest; sizeBytes: number }[]> {
    return [...this.#records.values()].map(({ digest, sizeBytes }) => ({ digest, sizeBytes }));
  }

  async readChunks(
    { ingest }: BlobRecord,
    { first, count }: { first: number; count: number },
  ): Promise<(Bytes | undefined)[]> {
    return Array.from({ length: count }, (_, i) => this.#chunks.get(ingest)?.[first + i]);
  }

  async remove(digest: Digest): Promise<void> {
    await this.drop(this.#records.get(digest)?.ingest ?? '');
    this.#records.delete(digest);
  }
}

export function createMemoryRecordStore(): RecordStore {
  const records = new Map<string, Uint8Array>();
  return {
    get: async (key) => records.get(key)?.slice(),
    set: async (key, value) => void records.set(key, value.slice()),
    delete: async (key) => void records.delete(key),
    keys: async (prefix) => [...records.keys()].filter((key) => key.startsWith(prefix)).sort(),
  };
}
