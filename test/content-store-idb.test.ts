/** The content store over a fake IndexedDB, and what only IndexedDB can do to it. */
import 'fake-indexeddb/auto';
import { clear, createStore, get, keys, set } from 'idb-keyval';
import { describe, expect, it } from 'vitest';
import { openIdbContentStore } from '../src/browser/idb-content-store.ts';
import { asStorageError } from '../src/browser/idb-quota.ts';
import { openIdbRecordStore } from '../src/browser/idb-record-store.ts';
import type { SessionLocks } from '../src/browser/session-locks.ts';
import { toDisposable } from '../src/lib/disposable.ts';
import { contentStoreCases, type ContentStoreFixture } from './content-store.conformance.ts';

/** Locks of several workers, any of which can die. */
function createFakeLocks() {
  const holders: Set<string>[] = [];
  return {
    worker(): SessionLocks {
      const own = new Set<string>();
      holders.push(own);
      return {
        hold: async (name) => {
          own.add(name);
          return toDisposable(() => own.delete(name));
        },
        held: async () => new Set(holders.flatMap((names) => [...names])),
      };
    },
    crashLast: () => holders.at(-1)?.clear(),
  };
}

function createFixture(name: string): ContentStoreFixture {
  const locks = createFakeLocks();
  const chunks = createStore(`${name}-chunks`, 'chunks');
  const blobs = createStore(`${name}-blobs`, 'blobs');
  const ingestOf = async (digest: string) =>
    (await get<{ ingest: string }>(digest, blobs))?.ingest ?? '';
  return {
    open: () => openIdbContentStore({ name, locks: locks.worker() }),
    crash: async () => locks.crashLast(),
    async damage(digest, offset) {
      const key = [await ingestOf(digest), Math.floor(offset / 262_144)];
      const chunk = (await get<Uint8Array>(key, chunks)) ?? new Uint8Array(262_144);
      chunk[offset % 262_144] = (chunk[offset % 262_144] ?? 0) ^ 1;
      await set(key, chunk, chunks);
    },
    async leftovers() {
      const used = new Set(await Promise.all((await keys<string>(blobs)).map(ingestOf)));
      return (await keys<[string, number]>(chunks)).filter(([ingest]) => !used.has(ingest)).length;
    },
  };
}

describe('content store over IndexedDB', () => {
  for (const [index, { name, run }] of contentStoreCases.entries()) {
    it(name, () => run(createFixture(`case-${index}`)));
  }

  it('says what to free when the quota is exceeded', async () => {
    const full = new DOMException('full', 'QuotaExceededError');
    await expect(asStorageError(full)).rejects.toMatchObject({
      kind: 'resourceExhausted',
      message: expect.stringMatching(
        /^no space left on device: .*docker image prune -a/,
      ) as unknown,
    });
    const other = new Error('other');
    await expect(asStorageError(other)).rejects.toBe(other);
  });

  it('keeps nothing of a write that met a full disk', async () => {
    const fixture = createFixture('full');
    const store = await fixture.open();
    const writer = await store.create();
    const original = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
    try {
      const bytes = new Uint8Array(5_000_000);
      await expect(writer.write(bytes).then(() => writer.commit())).rejects.toMatchObject({
        kind: 'resourceExhausted',
      });
    } finally {
      IDBObjectStore.prototype.put = original;
    }
    await writer.abort();
    expect(await fixture.leftovers()).toBe(0);
    expect(await store.list()).toEqual([]);
  });
});

describe('record store over IndexedDB', () => {
  it('sets, gets, lists by prefix and deletes', async () => {
    await clear(createStore('r-records', 'records'));
    const store = openIdbRecordStore('r');
    const value = new Uint8Array([1, 2]);
    for (const key of ['a/2', 'a/1', 'ab', 'b/1']) await store.set(key, value);
    expect(await store.keys('a/')).toEqual(['a/1', 'a/2']);
    expect(await store.keys('')).toEqual(['a/1', 'a/2', 'ab', 'b/1']);
    expect(await store.get('a/1')).toEqual(value);
    await store.delete('a/1');
    await store.delete('a/1');
    expect(await store.get('a/1')).toBeUndefined();
  });
});
