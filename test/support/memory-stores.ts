/** Content and records in memory, for tests that are not about storage. */
import {
  ChunkedContentStore,
  type BlobRecord,
  type Bytes,
  type ChunkBackend,
} from '../../src/image/chunked-content-store.ts';
import type { ContentStore, RecordStore } from '../../src/image/content-store.ts';
import type { Digest } from '../../src/image/digest.ts';

export function createMemoryRecordStore(): RecordStore {
  const records = new Map<string, Uint8Array>();
  return {
    get: async (key) => records.get(key)?.slice(),
    set: async (key, value) => void records.set(key, value.slice()),
    delete: async (key) => void records.delete(key),
    keys: async (prefix) => [...records.keys()].filter((key) => key.startsWith(prefix)).sort(),
  };
}

export interface MemoryContentStore extends ContentStore {
  /** Chunks of writes that were neither committed nor aborted. */
  leftovers(): number;
}

export function createMemoryContentStore(): MemoryContentStore {
  const chunks = new Map<string, Bytes[]>();
  const records = new Map<Digest, BlobRecord>();
  let ingests = 0;
  const backend: ChunkBackend = {
    async begin() {
      ingests += 1;
      chunks.set(`${ingests}`, []);
      return `${ingests}`;
    },
    async writeChunks(ingest, batch) {
      chunks.get(ingest)?.push(...batch.chunks);
    },
    async commit(record) {
      if (records.has(record.digest)) chunks.delete(record.ingest);
      else records.set(record.digest, record);
    },
    drop: async (ingest) => void chunks.delete(ingest),
    record: async (digest) => records.get(digest),
    list: async () => [...records.values()].map(({ digest, sizeBytes }) => ({ digest, sizeBytes })),
    async readChunks({ ingest }, { first, count }) {
      return Array.from({ length: count }, (_, i) => chunks.get(ingest)?.[first + i]);
    },
    async remove(digest) {
      chunks.delete(records.get(digest)?.ingest ?? '');
      records.delete(digest);
    },
  };
  return Object.assign(new ChunkedContentStore(backend), {
    leftovers: () => chunks.size - records.size,
  });
}
