/** Small named records in IndexedDB through idb-keyval; each `set` is one transaction. */
import { createStore, del, get, promisifyRequest, set } from 'idb-keyval';
import type { RecordStore } from '../image/content-store.ts';
import { asStorageError } from './idb-quota.ts';

export function openIdbRecordStore(name: string): RecordStore {
  const store = createStore(`${name}-records`, 'records');
  return {
    get: (key) => get<Uint8Array>(key, store),
    set: (key, value) => set(key, value, store).catch(asStorageError),
    delete: (key) => del(key, store),
    async keys(prefix) {
      // U+FFFF is above every character a key has.
      const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
      const keys = await store('readonly', (records) =>
        promisifyRequest(records.getAllKeys(range)),
      );
      return keys.map(String).sort();
    },
  };
}
