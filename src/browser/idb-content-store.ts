/**
 * The content store of the browser, in IndexedDB through idb-keyval. Chunks lie in one database under
 * `[ingest, index]`, records in another under the digest; the record names the ingest, so committing a blob of any
 * size is one small write. Several workers and tabs share the databases.
 */
import {
  createStore,
  del,
  entries,
  get,
  getMany,
  promisifyRequest,
  setMany,
  update,
  type UseStore,
} from 'idb-keyval';
import {
  ChunkedContentStore,
  type BlobRecord,
  type Bytes,
  type ChunkBackend,
} from '../image/chunked-content-store.ts';
import type { BlobInfo, ContentStore } from '../image/content-store.ts';
import type { Digest } from '../image/digest.ts';
import type { Disposable } from '../lib/disposable.ts';
import { asStorageError } from './idb-quota.ts';
import type { SessionLocks } from './session-locks.ts';

export interface IdbContentStoreOptions {
  /** Prefix of the databases' names. */
  readonly name: string;
  readonly locks: SessionLocks;
}

type StoredRecord = Omit<BlobRecord, 'digest'>;

/**
 * Opens the store and sweeps what writers that are gone left behind. A worker that only reads may open it any
 * number of times; disposing ends the session whose unfinished writes a later sweep forgets.
 */
export async function openIdbContentStore(
  options: IdbContentStoreOptions,
): Promise<ContentStore & Disposable> {
  const backend = new IdbBackend(options);
  await backend.sweep();
  return Object.assign(new ChunkedContentStore(backend), { dispose: () => backend.dispose() });
}

class IdbBackend implements ChunkBackend, Disposable {
  readonly #chunks: UseStore;
  readonly #records: UseStore;
  readonly #locks: SessionLocks;
  readonly #lockPrefix: string;
  readonly #session = crypto.randomUUID();
  #ingests = 0;
  /** Taken by the first write, so that readers hold nothing. */
  #lock: Promise<Disposable> | undefined;

  constructor({ name, locks }: IdbContentStoreOptions) {
    this.#chunks = createStore(`${name}-chunks`, 'chunks');
    this.#records = createStore(`${name}-blobs`, 'blobs');
    this.#locks = locks;
    this.#lockPrefix = `${name}-ingest/`;
  }

  async begin(): Promise<string> {
    this.#lock ??= this.#locks.hold(this.#lockPrefix + this.#session);
    await this.#lock;
    this.#ingests += 1;
    return `${this.#session}/${this.#ingests}`;
  }

  async writeChunks(
    ingest: string,
    { first, chunks }: { first: number; chunks: readonly Bytes[] },
  ): Promise<void> {
    const pairs = chunks.map((chunk, i): [IDBValidKey, Bytes] => [[ingest, first + i], chunk]);
    await setMany(pairs, this.#chunks).catch(asStorageError);
  }

  async commit({ digest, ...stored }: BlobRecord): Promise<void> {
    let isFirst = false;
    await update<StoredRecord>(
      digest,
      (existing) => {
        isFirst = existing === undefined;
        return existing ?? stored;
      },
      this.#records,
    ).catch(asStorageError);
    if (!isFirst) await this.drop(stored.ingest);
  }

  async drop(ingest: string): Promise<void> {
    await this.#chunks('readwrite', (store) => {
      // An array sorts after every number: the range is all keys of this ingest.
      store.delete(IDBKeyRange.bound([ingest], [ingest, []]));
      return promisifyRequest(store.transaction);
    });
  }

  async record(digest: Digest): Promise<BlobRecord | undefined> {
    const stored = await get<StoredRecord>(digest, this.#records);
    return stored && { digest, ...stored };
  }

  async list(): Promise<BlobInfo[]> {
    const all = await entries<Digest, StoredRecord>(this.#records);
    return all.map(([digest, { sizeBytes }]) => ({ digest, sizeBytes }));
  }

  async readChunks(
    { ingest }: BlobRecord,
    { first, count }: { first: number; count: number },
  ): Promise<(Bytes | undefined)[]> {
    const keys = Array.from({ length: count }, (_, i): IDBValidKey => [ingest, first + i]);
    return getMany<Bytes>(keys, this.#chunks);
  }

  async remove(digest: Digest): Promise<void> {
    const record = await this.record(digest);
    if (record === undefined) return;
    await del(digest, this.#records);
    await this.drop(record.ingest);
  }

  /**
   * Forgets chunks that belong to no blob and to no living session. The order matters: a session that is gone when
   * the locks are read has committed all it ever will, so the records read after that are complete for it.
   */
  async sweep(): Promise<void> {
    const keys = await this.#chunks('readonly', (store) => promisifyRequest(store.getAllKeys()));
    const ingests = new Set(keys.map((key) => (Array.isArray(key) ? String(key[0]) : String(key))));
    if (ingests.size === 0) return;
    const held = await this.#locks.held();
    const committed = new Set(
      (await entries<Digest, StoredRecord>(this.#records)).map(([, { ingest }]) => ingest),
    );
    for (const ingest of ingests) {
      const session = ingest.split('/')[0] ?? '';
      if (!committed.has(ingest) && !held.has(this.#lockPrefix + session)) await this.drop(ingest);
    }
  }

  dispose(): void {
    void this.#lock?.then((lock) => lock.dispose());
    this.#lock = undefined;
  }
}
