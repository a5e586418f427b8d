/**
 * What the content store's browser test runs in the page: the conformance suite over the real IndexedDB, and a worker
 * that is ended in the middle of a write. The same script is the page's and the worker's.
 */
import { createStore, get, keys, set } from 'idb-keyval';
import { openIdbContentStore } from '../../src/browser/idb-content-store.ts';
import { createWebLocks } from '../../src/browser/session-locks.ts';
import type { ContentStore } from '../../src/image/content-store.ts';
import type { Disposable } from '../../src/lib/disposable.ts';
import { errorKind, errorMessage } from '../../src/lib/errors.ts';
import { contentStoreCases, type ContentStoreFixture } from '../content-store.conformance.ts';

const chunkBytes = 256 * 1024;

export interface PageTests {
  names: string[];
  /** Undefined when the case passed, else why not. */
  runCase(index: number): Promise<string | undefined>;
  /** Leftovers while a worker writes, and after it is gone and the store was opened. */
  endWorker(): Promise<[during: number, after: number]>;
  /** The kind and message of writing more than fits, and what is left of it. */
  overfill(sizeBytes: number): Promise<{ kind: string; message: string; leftovers: number }>;
}

function openStore(name: string): Promise<ContentStore & Disposable> {
  return openIdbContentStore({ name, locks: createWebLocks(navigator.locks) });
}

function createFixture(name: string): ContentStoreFixture {
  const chunks = createStore(`${name}-chunks`, 'chunks');
  const blobs = createStore(`${name}-blobs`, 'blobs');
  const opened: Disposable[] = [];
  const ingestOf = async (digest: string) =>
    (await get<{ ingest: string }>(digest, blobs))?.ingest ?? '';
  return {
    async open() {
      const store = await openStore(name);
      opened.push(store);
      return store;
    },
    async crash() {
      opened.at(-1)?.dispose();
      // Letting go of a lock takes a turn of the browser's.
      await new Promise((resolve) => setTimeout(resolve, 100));
    },
    async damage(digest, offset) {
      const key = [await ingestOf(digest), Math.floor(offset / chunkBytes)];
      const chunk = (await get<Uint8Array>(key, chunks)) ?? new Uint8Array(chunkBytes);
      chunk[offset % chunkBytes] = (chunk[offset % chunkBytes] ?? 0) ^ 1;
      await set(key, chunk, chunks);
    },
    async leftovers() {
      const used = new Set(await Promise.all((await keys<string>(blobs)).map(ingestOf)));
      const all = await keys<[string, number]>(chunks);
      return all.filter(([ingest]) => !used.has(ingest)).length;
    },
  };
}

async function endWorker(): Promise<[number, number]> {
  const fixture = createFixture('worker');
  const worker = new Worker(import.meta.url, { type: 'module' });
  await new Promise((resolve) => worker.addEventListener('message', resolve, { once: true }));
  await fixture.open();
  const during = await fixture.leftovers();
  worker.terminate();
  await new Promise((resolve) => setTimeout(resolve, 300));
  await fixture.open();
  return [during, await fixture.leftovers()];
}

async function overfill(sizeBytes: number) {
  const fixture = createFixture('full');
  const store = await fixture.open();
  const writer = await store.create();
  let error: unknown;
  try {
    // Random bytes: the browser's database compresses, and counts what is left.
    for (let written = 0; written < sizeBytes; written += 65_536) {
      await writer.write(crypto.getRandomValues(new Uint8Array(65_536)));
    }
    await writer.commit();
  } catch (caught) {
    error = caught;
  }
  await writer.abort();
  return {
    kind: errorKind(error),
    message: errorMessage(error),
    leftovers: await fixture.leftovers(),
  };
}

if (typeof document === 'undefined') {
  const store = await openStore('worker');
  const writer = await store.create();
  await writer.write(new Uint8Array(5_000_000));
  postMessage('written');
} else {
  const tests: PageTests = {
    names: contentStoreCases.map(({ name }) => name),
    async runCase(index) {
      try {
        await contentStoreCases[index]?.run(createFixture(`case-${index}`));
        return undefined;
      } catch (error) {
        return errorMessage(error);
      }
    },
    endWorker,
    overfill,
  };
  Object.assign(globalThis, { tests });
}
