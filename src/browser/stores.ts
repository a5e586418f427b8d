/** The browser's stores, as both workers of every tab open them: one cache for all. */
import type { ContentStore, RecordStore } from '../image/content-store.ts';
import type { Disposable } from '../lib/disposable.ts';
import { openIdbContentStore } from './idb-content-store.ts';
import { openIdbRecordStore } from './idb-record-store.ts';
import { createWebLocks } from './session-locks.ts';

/** Prefix of the databases' names. */
export const storeName = 'bottleship';

export interface Stores {
  readonly content: ContentStore & Disposable;
  readonly records: RecordStore;
}

export async function openStores(): Promise<Stores> {
  const content = await openIdbContentStore({
    name: storeName,
    locks: createWebLocks(navigator.locks),
  });
  return { content, records: openIdbRecordStore(storeName) };
}
