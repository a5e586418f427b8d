/**
 * What every content store must do, whatever keeps its bytes. The cases import nothing but the contract, so they run
 * in vitest over files and a fake IndexedDB, and in a page over the real one.
 */
import type { BlobInfo, BlobWriter, ContentStore } from '../src/image/content-store.ts';
import type { Digest } from '../src/image/digest.ts';
import { errorKind, type ErrorKind } from '../src/lib/errors.ts';

/** One storage, empty when the case starts. */
export interface ContentStoreFixture {
  /** Another worker's handle on the storage; opening sweeps. */
  open(): Promise<ContentStore>;
  /** Ends the worker of the handle that was opened last, without any clean-up of its own. */
  crash(): Promise<void>;
  /** Changes one stored byte of the blob, behind the store's back. */
  damage(digest: Digest, offset: number): Promise<void>;
  /** How many pieces of unfinished writes lie in the storage. */
  leftovers(): Promise<number>;
}

export interface ConformanceCase {
  readonly name: string;
  run(fixture: ContentStoreFixture): Promise<void>;
}

const absent: Digest = `sha256:${'0'.repeat(64)}`;
const emptyDigest: Digest =
  'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

export const contentStoreCases: readonly ConformanceCase[] = [
  {
    name: 'commit() names a blob by the digest of its bytes',
    async run(fixture) {
      const store = await fixture.open();
      const writer = await store.create();
      await writer.write(new TextEncoder().encode('hello '));
      await writer.write(new TextEncoder().encode('world\n'));
      const info = await writer.commit();
      equal(info.digest, 'sha256:a948904f2f0f479b8f8197694b30184b0d2ed1c1cd2a1ec0fb85d299a192a447');
      equal(info.sizeBytes, 12);
      equal(await store.info(info.digest), info);
      equal(await store.list(), [info]);
    },
  },
  {
    name: 'commit() takes an empty blob',
    async run(fixture) {
      const store = await fixture.open();
      const info = await (await store.create()).commit(emptyDigest);
      equal(info, { digest: emptyDigest, sizeBytes: 0 });
      equal((await store.read(emptyDigest, 0, 10)).length, 0);
      equal((await collect(store.stream(emptyDigest))).length, 0);
    },
  },
  {
    name: 'read() returns any range, shortened at the end',
    async run(fixture) {
      const store = await fixture.open();
      const bytes = pattern(3 * 1024 * 1024 + 123);
      const { digest } = await put(store, bytes, 70_001);
      const ranges = [
        [0, 1],
        [0, bytes.length],
        [262_143, 2],
        [262_144, 262_144],
        [1_000_000, 1_500_000],
        [bytes.length - 5, 100],
        [bytes.length, 1],
        [bytes.length + 1000, 1],
      ] as const;
      for (const [offset, length] of ranges) {
        same(await store.read(digest, offset, length), bytes.subarray(offset, offset + length));
      }
    },
  },
  {
    name: 'read() hands out bytes the caller may change',
    async run(fixture) {
      const store = await fixture.open();
      const bytes = pattern(1000);
      const { digest } = await put(store, bytes);
      (await store.read(digest, 0, 1000)).fill(0);
      same(await store.read(digest, 0, 1000), bytes);
    },
  },
  {
    name: 'stream() yields the whole blob and can be cancelled',
    async run(fixture) {
      const store = await fixture.open();
      const bytes = pattern(5 * 262_144 + 1);
      const { digest } = await put(store, bytes);
      same(await collect(store.stream(digest)), bytes);
      const reader = store.stream(digest).getReader();
      await reader.read();
      await reader.cancel();
    },
  },
  {
    name: 'unlessSame() knows the blob from whatever is longer, shorter or different somewhere',
    async run(fixture) {
      const store = await fixture.open();
      const bytes = pattern(9 * 262_144 + 5);
      const { digest } = await put(store, bytes);
      equal(await store.unlessSame(digest, pieces(bytes)), undefined);
      const changed = (at: number) => bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));
      const longer = new Uint8Array(bytes.length + 300_000);
      longer.set(bytes);
      const last = bytes.length - 1;
      for (const other of [
        changed(0),
        changed(last - 700_000),
        changed(last),
        bytes.subarray(0, 9),
        longer,
      ]) {
        const all = await store.unlessSame(digest, pieces(other));
        same(await gather(all ?? pieces(bytes)), other);
      }
      same(await gather((await store.unlessSame(absent, pieces(bytes))) ?? pieces(longer)), bytes);
    },
  },
  {
    name: 'write() takes ownership of nothing: the caller may reuse its buffer',
    async run(fixture) {
      const store = await fixture.open();
      const buffer = new Uint8Array(400_000);
      const writer = await store.create();
      for (const byte of [1, 2, 3]) await writer.write(buffer.fill(byte));
      const { digest } = await writer.commit();
      equal([...(await store.read(digest, 399_999, 2))], [1, 2]);
    },
  },
  {
    name: 'read() and stream() reject notFound for what is not there',
    async run(fixture) {
      const store = await fixture.open();
      equal(await store.info(absent), undefined);
      await rejects('notFound', () => store.read(absent, 0, 1));
      await rejects('notFound', () => collect(store.stream(absent)));
    },
  },
  {
    name: 'commit() rejects dataLoss and stores nothing when the digest is another',
    async run(fixture) {
      const store = await fixture.open();
      const writer = await store.create();
      await writer.write(pattern(600_000));
      await rejects('dataLoss', () => writer.commit(absent));
      equal(await store.list(), []);
      equal(await fixture.leftovers(), 0);
    },
  },
  {
    name: 'commit() is idempotent for content already there',
    async run(fixture) {
      const store = await fixture.open();
      const bytes = pattern(600_000);
      const [first, second] = await Promise.all([put(store, bytes), put(store, bytes)]);
      const third = await put(await fixture.open(), bytes);
      equal(first, second);
      equal(first, third);
      equal((await store.list()).length, 1);
      equal(await fixture.leftovers(), 0);
      same(await store.read(first.digest, 0, bytes.length), bytes);
    },
  },
  {
    name: 'abort() forgets everything, twice as well as once',
    async run(fixture) {
      const store = await fixture.open();
      const writer = await store.create();
      await writer.write(pattern(3_000_000));
      await writer.abort();
      await writer.abort();
      equal(await store.list(), []);
      equal(await fixture.leftovers(), 0);
      await rejects('conflict', () => writer.write(pattern(1)));
      await rejects('conflict', () => writer.commit());
    },
  },
  {
    name: 'abort() after commit() changes nothing',
    async run(fixture) {
      const store = await fixture.open();
      const writer = await store.create();
      await writer.write(pattern(10));
      const { digest } = await writer.commit();
      await writer.abort();
      same(await store.read(digest, 0, 10), pattern(10));
    },
  },
  {
    name: 'an unfinished write is invisible to every reader',
    async run(fixture) {
      const store = await fixture.open();
      const writer = await unfinished(store);
      equal(await store.list(), []);
      equal(await (await fixture.open()).list(), []);
      await writer.abort();
    },
  },
  {
    name: 'opening sweeps what a dead worker left and keeps what a living one writes',
    async run(fixture) {
      const living = await fixture.open();
      const writer = await unfinished(living);
      const kept = await fixture.leftovers();
      await unfinished(await fixture.open());
      await fixture.crash();
      greater(await fixture.leftovers(), kept);
      const store = await fixture.open();
      equal(await fixture.leftovers(), kept);
      const { digest } = await writer.commit();
      same(await store.read(digest, 0, 3_000_000), pattern(3_000_000));
      equal(await fixture.leftovers(), 0);
    },
  },
  {
    name: 'a blob outlives the worker that wrote it',
    async run(fixture) {
      const { digest } = await put(await fixture.open(), pattern(300_000));
      await fixture.crash();
      same(
        await (await fixture.open()).read(digest, 299_999, 1),
        pattern(300_000).subarray(299_999),
      );
    },
  },
  {
    name: 'delete() is idempotent and frees everything; the blob can be stored anew',
    async run(fixture) {
      const store = await fixture.open();
      const reader = await fixture.open();
      const bytes = pattern(700_000);
      const { digest } = await put(store, bytes);
      await reader.read(digest, 0, 1);
      await store.delete(digest);
      await store.delete(digest);
      equal(await store.list(), []);
      equal(await store.info(digest), undefined);
      equal(await fixture.leftovers(), 0);
      await rejects('notFound', () => store.read(digest, 0, 1));
      await rejects('notFound', () => reader.read(digest, 600_000, 1));
      await put(store, bytes);
      same(await reader.read(digest, 600_000, 5), bytes.subarray(600_000, 600_005));
    },
  },
  {
    name: 'read() and stream() reject dataLoss when the stored bytes changed, and read the rest',
    async run(fixture) {
      const bytes = pattern(3 * 262_144);
      const { digest } = await put(await fixture.open(), bytes);
      await fixture.damage(digest, 262_144 + 17);
      const store = await fixture.open();
      await rejects('dataLoss', () => store.read(digest, 262_144, 10));
      await rejects('dataLoss', () => collect(store.stream(digest)));
      same(await store.read(digest, 0, 262_144), bytes.subarray(0, 262_144));
    },
  },
];

async function unfinished(store: ContentStore): Promise<BlobWriter> {
  const writer = await store.create();
  await writer.write(pattern(3_000_000));
  return writer;
}

async function put(store: ContentStore, bytes: Uint8Array, pieceBytes = 65_536): Promise<BlobInfo> {
  const writer = await store.create();
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    await writer.write(bytes.subarray(at, at + pieceBytes));
  }
  return writer.commit();
}

/** Bytes whose every chunk differs. */
function pattern(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i += 1) bytes[i] = (i * 31 + (i >> 10)) & 0xff;
  return bytes;
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < bytes.length; at += 70_001) yield bytes.subarray(at, at + 70_001);
}

async function collect(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read())
    chunks.push(next.value);
  return joined(chunks);
}

async function gather(source: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return joined(chunks);
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const parts = chunks.map(({ length }) => length);
  const out = new Uint8Array(parts.reduce((sum, length) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}

function equal(actual: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`expected ${b}, got ${a}`);
}

function same(actual: Uint8Array, expected: Uint8Array): void {
  equal(actual.length, expected.length);
  const at = actual.findIndex((byte, index) => byte !== expected[index]);
  if (at >= 0)
    throw new Error(`bytes differ at ${at}: expected ${expected[at]}, got ${actual[at]}`);
}

function greater(actual: number, bound: number): void {
  if (actual <= bound) throw new Error(`expected more than ${bound}, got ${actual}`);
}

async function rejects(kind: ErrorKind, run: () => Promise<unknown>): Promise<void> {
  let error: unknown;
  try {
    await run();
  } catch (caught) {
    error = caught;
  }
  if (error === undefined) throw new Error(`expected a rejection of kind ${kind}`);
  if (errorKind(error) !== kind)
    throw new Error(`expected ${kind}, got ${String(error)}`, { cause: error });
}
