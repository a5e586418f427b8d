/**
 * The content store both platforms share: blobs cut into chunks, each with its sha256 taken when it was written and
 * checked whenever it is read. What keeps the chunks (IndexedDB, files) enters as a `ChunkBackend`.
 *
 * **Invariant:** a blob exists from the moment its record does, and the record is written once, after all chunks.
 */
import { KindError } from '../lib/errors.ts';
import { LruCache } from '../lib/lru-cache.ts';
import { findDifference, type Difference } from './blob-comparison.ts';
import type { BlobInfo, BlobWriter, ContentStore } from './content-store.ts';
import type { Digest } from './digest.ts';
import { createHasher, type Hasher } from './hash.ts';

/** What one read verifies at least: large enough for few round trips, small enough for a small file. */
export const chunkSizeBytes = 256 * 1024;
/** Chunks written at once: 2 MiB, so that a transaction's cost is spread. */
const batchChunks = 8;
/** Verified chunks kept in memory: 16 MiB. */
const cachedChunksMax = 64;
const cachedRecordsMax = 512;
const sumBytes = 32;

export type Bytes = Uint8Array<ArrayBuffer>;

export interface BlobRecord extends BlobInfo {
  readonly chunkSizeBytes: number;
  /** The sha256 of each chunk, one after the other. */
  readonly sums: Bytes;
  /** The ingest that wrote the chunks. */
  readonly ingest: string;
}

export interface ChunkBackend {
  /** Begins an ingest that no sweep touches until it is committed, dropped or its worker is gone. */
  begin(): Promise<string>;
  writeChunks(ingest: string, batch: { first: number; chunks: readonly Bytes[] }): Promise<void>;
  /** Writes the record in one step; where the blob exists already, forgets this ingest instead. */
  commit(record: BlobRecord): Promise<void>;
  drop(ingest: string): Promise<void>;
  record(digest: Digest): Promise<BlobRecord | undefined>;
  list(): Promise<BlobInfo[]>;
  readChunks(
    record: BlobRecord,
    range: { first: number; count: number },
  ): Promise<(Bytes | undefined)[]>;
  remove(digest: Digest): Promise<void>;
}

export class ChunkedContentStore implements ContentStore {
  readonly #backend: ChunkBackend;
  readonly #chunks = new LruCache<string, Promise<Bytes>>(cachedChunksMax);
  readonly #records = new LruCache<Digest, BlobRecord>(cachedRecordsMax);

  constructor(backend: ChunkBackend) {
    this.#backend = backend;
  }

  async info(digest: Digest): Promise<BlobInfo | undefined> {
    const record = await this.#backend.record(digest);
    return record && { digest, sizeBytes: record.sizeBytes };
  }

  list(): Promise<BlobInfo[]> {
    return this.#backend.list();
  }

  async create(): Promise<BlobWriter> {
    const [ingest, hasher] = await Promise.all([this.#backend.begin(), createHasher()]);
    return new ChunkedWriter(this.#backend, { ingest, hasher });
  }

  async read(digest: Digest, offset: number, length: number): Promise<Bytes> {
    const record = await this.#record(digest);
    const end = Math.min(offset + length, record.sizeBytes);
    if (offset < 0 || end <= offset) return new Uint8Array(0);
    const out = new Uint8Array(end - offset);
    const size = record.chunkSizeBytes;
    for (let index = Math.floor(offset / size); index * size < end; index += 1) {
      const chunk = await this.#cachedChunk(record, index);
      const from = Math.max(0, offset - index * size);
      out.set(chunk.subarray(from, end - index * size), index * size + from - offset);
    }
    return out;
  }

  stream(digest: Digest): ReadableStream<Uint8Array> {
    let index = 0;
    let record: BlobRecord | undefined;
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          record ??= await this.#record(digest);
          if (index * record.chunkSizeBytes >= record.sizeBytes) {
            controller.close();
            return;
          }
          controller.enqueue(await this.#verifiedChunk(record, index));
          index += 1;
        },
      },
      { highWaterMark: 1 },
    );
  }

  async unlessSame(
    digest: Digest,
    source: AsyncIterable<Uint8Array>,
  ): Promise<AsyncIterable<Uint8Array> | undefined> {
    const record = await this.#backend.record(digest);
    if (record === undefined) return source;
    const { sizeBytes, chunkSizeBytes: chunkBytes } = record;
    const matchesAt = (index: number, chunk: Bytes) => matches(chunk, { record, index });
    const blob = { sizeBytes, chunkSizeBytes: chunkBytes, matches: matchesAt };
    const difference = await findDifference(source, blob);
    return difference && this.#continued(record, difference);
  }

  /** The chunks that are the same from the storage, then what follows them. */
  async *#continued(
    record: BlobRecord,
    { sameChunks, rest }: Difference,
  ): AsyncGenerator<Uint8Array, void, void> {
    for (let index = 0; index < sameChunks; index += 1)
      yield await this.#verifiedChunk(record, index);
    yield* rest;
  }

  async delete(digest: Digest): Promise<void> {
    this.#records.delete(digest);
    await this.#backend.remove(digest);
  }

  async #record(digest: Digest): Promise<BlobRecord> {
    const known = this.#records.get(digest) ?? (await this.#backend.record(digest));
    if (known === undefined) throw new KindError('notFound', `blob not found: ${digest}`);
    this.#records.set(digest, known);
    return known;
  }

  /** Concurrent reads of one chunk share one fetch. */
  #cachedChunk(record: BlobRecord, index: number): Promise<Bytes> {
    const key = `${record.digest}/${index}`;
    let chunk = this.#chunks.get(key);
    if (chunk === undefined) {
      chunk = this.#verifiedChunk(record, index);
      this.#chunks.set(key, chunk);
      chunk.catch(() => this.#chunks.delete(key));
    }
    return chunk;
  }

  async #verifiedChunk(record: BlobRecord, index: number): Promise<Bytes> {
    let [chunk] = await this.#backend.readChunks(record, { first: index, count: 1 });
    if (chunk === undefined) {
      // Another worker may have deleted the blob and stored it anew since the record was read.
      this.#records.delete(record.digest);
      const current = await this.#record(record.digest);
      if (current.ingest !== record.ingest) {
        [chunk] = await this.#backend.readChunks(current, { first: index, count: 1 });
      }
    }
    if (chunk === undefined || !(await matches(chunk, { record, index }))) {
      throw new KindError(
        'dataLoss',
        `blob ${record.digest} is damaged in storage: remove the image and pull it again`,
      );
    }
    return chunk;
  }
}

class ChunkedWriter implements BlobWriter {
  readonly #backend: ChunkBackend;
  readonly #ingest: string;
  readonly #hasher: Hasher;
  #chunk: Bytes = new Uint8Array(chunkSizeBytes);
  #filled = 0;
  #batch: Bytes[] = [];
  #written = 0;
  #sizeBytes = 0;
  readonly #sums: Promise<Bytes>[] = [];
  /** The batch on its way: one is written while the next is gathered. */
  #flight: Promise<void> = Promise.resolve();
  #isOpen = true;
  #digest: Digest | undefined;

  constructor(backend: ChunkBackend, { ingest, hasher }: { ingest: string; hasher: Hasher }) {
    this.#backend = backend;
    this.#ingest = ingest;
    this.#hasher = hasher;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#assertOpen();
    this.#hasher.update(bytes);
    this.#sizeBytes += bytes.length;
    for (let offset = 0; offset < bytes.length;) {
      const length = Math.min(chunkSizeBytes - this.#filled, bytes.length - offset);
      this.#chunk.set(bytes.subarray(offset, offset + length), this.#filled);
      this.#filled += length;
      offset += length;
      if (this.#filled === chunkSizeBytes) await this.#endChunk();
    }
  }

  digest(): Digest {
    return (this.#digest ??= this.#hasher.digest());
  }

  async commit(expected?: Digest): Promise<BlobInfo> {
    this.#assertOpen();
    const digest = this.digest();
    if (expected !== undefined && digest !== expected) {
      await this.abort();
      throw new KindError(
        'dataLoss',
        `content does not match its digest: expected ${expected}, got ${digest}`,
      );
    }
    try {
      if (this.#filled > 0) await this.#endChunk();
      await this.#flush();
      await this.#flight;
      const sums = await Promise.all(this.#sums);
      const record = {
        digest,
        sizeBytes: this.#sizeBytes,
        chunkSizeBytes,
        sums: join(sums),
        ingest: this.#ingest,
      };
      await this.#backend.commit(record);
      this.#isOpen = false;
    } catch (error) {
      await this.abort();
      throw error;
    }
    return { digest, sizeBytes: this.#sizeBytes };
  }

  async abort(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#batch = [];
    await this.#flight.catch(() => undefined);
    await this.#backend.drop(this.#ingest);
  }

  async #endChunk(): Promise<void> {
    const chunk =
      this.#filled === chunkSizeBytes ? this.#chunk : this.#chunk.slice(0, this.#filled);
    this.#chunk = new Uint8Array(chunkSizeBytes);
    this.#filled = 0;
    this.#sums.push(sumOf(chunk));
    this.#batch.push(chunk);
    if (this.#batch.length === batchChunks) await this.#flush();
  }

  async #flush(): Promise<void> {
    await this.#flight;
    if (this.#batch.length === 0) return;
    const chunks = this.#batch.splice(0);
    const first = this.#written;
    this.#written += chunks.length;
    this.#flight = this.#backend.writeChunks(this.#ingest, { first, chunks });
    // Awaited by the next flush, commit or abort; until then a failure is not unhandled.
    this.#flight.catch(() => undefined);
  }

  #assertOpen(): void {
    if (!this.#isOpen) throw new KindError('conflict', 'blob writer is closed');
  }
}

async function matches(
  chunk: Bytes,
  { record, index }: { record: BlobRecord; index: number },
): Promise<boolean> {
  const expectedLength = Math.min(
    record.chunkSizeBytes,
    record.sizeBytes - index * record.chunkSizeBytes,
  );
  if (chunk.length !== expectedLength) return false;
  const sum = await sumOf(chunk);
  const at = index * sumBytes;
  return sum.every((byte, i) => byte === record.sums[at + i]);
}

async function sumOf(chunk: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', chunk));
}

function join(parts: readonly Bytes[]): Bytes {
  const out = new Uint8Array(parts.length * sumBytes);
  for (const [index, part] of parts.entries()) out.set(part, index * sumBytes);
  return out;
}
