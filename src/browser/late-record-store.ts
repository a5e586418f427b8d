/** Records for a host that does not know yet whether it may keep any. */
import type { RecordStore } from '../image/content-store.ts';

/** Every request waits for `store`. */
export function lateRecordStore(store: Promise<RecordStore>): RecordStore {
  store.catch(() => undefined); // whoever asks hears of it
  return {
    get: async (key) => (await store).get(key),
    set: async (key, value) => (await store).set(key, value),
    delete: async (key) => (await store).delete(key),
    keys: async (prefix) => (await store).keys(prefix),
  };
}

/** Keeps nothing: what belongs to a disk that goes with the tab goes with it too. */
export function createForgetfulStore(): RecordStore {
  return {
    get: async () => undefined,
    set: async () => undefined,
    delete: async () => undefined,
    keys: async () => [],
  };
}
