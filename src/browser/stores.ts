/**
 * The browser's stores, as both workers of every tab open them: one cache for all. An embed sees nothing of it, and in
 * other sites' pages browsers may lend it no storage anyway: there the machine's worker keeps all in memory, and the
 * engine's asks it over a port.
 */
import { expose, wrap } from 'comlink';
import { ChunkedContentStore, type ChunkBackend } from '../image/chunked-content-store.ts';
import type { ContentStore, RecordStore } from '../image/content-store.ts';
import { createMemoryRecordStore, MemoryChunks } from '../image/memory-chunks.ts';
import type { Disposable } from '../lib/disposable.ts';
import { openIdbContentStore } from './idb-content-store.ts';
import { openIdbRecordStore } from './idb-record-store.ts';
import { createWebLocks } from './session-locks.ts';

/** Prefix of the databases' names. */
export const storeName = 'bottleship';

export interface Stores {
  readonly content: ContentStore & Disposable;
  readonly records: RecordStore;
  /** False: what is stored ends with the page. */
  readonly last: boolean;
}

export async function openStores(): Promise<Stores> {
  const content = await openIdbContentStore({
    name: storeName,
    locks: createWebLocks(navigator.locks),
  });
  return { content, records: openIdbRecordStore(storeName), last: true };
}

interface MemoryStores {
  readonly chunks: ChunkBackend;
  readonly records: RecordStore;
}

/** For the machine's worker. */
export function keepInMemory(port: MessagePort): Stores {
  const kept: MemoryStores = { chunks: new MemoryChunks(), records: createMemoryRecordStore() };
  expose(kept, port);
  return storesOf(kept);
}

/** For the engine's worker: what the other one keeps. */
export function useOverPort(port: MessagePort): Stores {
  const { chunks, records } = wrap<MemoryStores>(port) as unknown as MemoryStores;
  return storesOf({ chunks, records });
}

function storesOf({ chunks, records }: MemoryStores): Stores {
  const content = Object.assign(new ChunkedContentStore(chunks), { dispose: () => undefined });
  return { content, records, last: false };
}
