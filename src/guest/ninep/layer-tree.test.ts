import { describe, expect, it } from 'vitest';
import type { Digest } from '../../image/digest.ts';
import { decodeLayerIndex, encodeLayerIndex } from '../../image/layer-index-codec.ts';
import type { LayerIndex } from '../../image/layer-index.ts';
import { file, indexTar, inodeAt, symlink } from '../../image/layer.fixture.ts';
import { tarArchive } from '../../image/tar-writer.ts';
import { KindError } from '../../lib/errors.ts';
import { ChunkCache, chunkSizeBytes } from './chunk-cache.ts';
import { LayerTree } from './layer-tree.ts';
import { LayersDirectory, layerIndexKeyPrefix } from './layers-directory.ts';
import { NinepClient } from './ninep.fixture.ts';
import { createNinepServer } from './server.ts';

const digest = (letter: string): Digest => `sha256:${letter.repeat(64)}`;

/** Bytes that tell where they are. */
function pattern(length: number, seed = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 31 + (at >>> 8) * 7 + seed) & 0xff);
}

/** Contents and records in memory, counting reads of content. */
class Stores {
  readonly blobs = new Map<Digest, Uint8Array>();
  readonly saved = new Map<string, Uint8Array>();
  readonly reads: string[] = [];
  failing = false;

  readonly content = {
    read: async (diffId: Digest, offset: number, length: number) => {
      this.reads.push(`${diffId.slice(7, 8)}@${offset / chunkSizeBytes}`);
      if (this.failing) throw new KindError('dataLoss', 'bad');
      const blob = this.blobs.get(diffId);
      if (blob === undefined) throw new KindError('notFound', 'no blob');
      return blob.slice(offset, offset + length);
    },
  };
  readonly records = {
    get: async (key: string) => this.saved.get(key),
    keys: async (prefix: string) => [...this.saved.keys()].filter((key) => key.startsWith(prefix)),
  };

  put(diffId: Digest, tar: Uint8Array, index: LayerIndex = indexTar(tar, { diffId })): LayerIndex {
    this.blobs.set(diffId, tar);
    this.saved.set(layerIndexKeyPrefix + diffId, encodeLayerIndex(index));
    return index;
  }

  tree(index: LayerIndex, cache = new ChunkCache()): LayerTree {
    const sources = new Map<Digest, ReturnType<ChunkCache['source']>>();
    return new LayerTree({
      diffId: index.diffId,
      loadIndex: async () => index,
      content: (diffId) => {
        const known = sources.get(diffId);
        const source =
          known ?? cache.source((offset, length) => this.content.read(diffId, offset, length));
        sources.set(diffId, source);
        return source;
      },
    });
  }

  directory(): LayersDirectory {
    return new LayersDirectory({ ...this, decode: decodeLayerIndex });
  }
}

async function treeOf(
  tar: Uint8Array,
): Promise<{ tree: LayerTree; stores: Stores; index: LayerIndex }> {
  const stores = new Stores();
  const index = stores.put(digest('a'), tar);
  const tree = stores.tree(index);
  await tree.prepare();
  return { tree, stores, index };
}

describe('LayerTree.read()', () => {
  it('gives any range of a file, across chunks, and at once when they are cached', async () => {
    const data = pattern(3 * chunkSizeBytes + 1000);
    const { tree, index } = await treeOf(
      tarArchive([file('before', 'x'), { name: 'f', type: 'file', data }]),
    );
    const inode = inodeAt(index, 'f');
    const ranges = [
      [0, data.length],
      [chunkSizeBytes - 600, 1000],
      [5, 7],
      [data.length - 3, 100],
      [2 * chunkSizeBytes, chunkSizeBytes],
    ] as const;
    for (const [offset, length] of ranges) {
      const expected = data.subarray(offset, offset + length);
      expect(Buffer.compare(await tree.read(inode, offset, length), expected)).toBe(0);
      expect(tree.read(inode, offset, length)).toBeInstanceOf(Uint8Array);
    }
    expect(await tree.read(inode, data.length, 10)).toHaveLength(0);
    expect(await tree.read(inode, 2 ** 45, 10)).toHaveLength(0);
  });

  it('fills the holes of sparse files with zeros, at offsets beyond 4 GiB too', async () => {
    const far = 5 * 2 ** 32;
    const { tree, index } = await treeOf(
      tarArchive([
        {
          name: 's',
          type: 'file',
          data: pattern(20),
          pax: { 'GNU.sparse.map': `10,10,${far},10`, 'GNU.sparse.size': String(far + 100) },
        },
      ]),
    );
    const inode = inodeAt(index, 's');
    expect([...(await tree.read(inode, 5, 20))]).toEqual([
      ...new Uint8Array(5),
      ...pattern(10),
      ...new Uint8Array(5),
    ]);
    const tail = await tree.read(inode, far - 5, 1000);
    expect([...tail.subarray(0, 15)]).toEqual([0, 0, 0, 0, 0, ...pattern(20).subarray(10)]);
    expect(tail).toHaveLength(105);
    expect((await tree.read(inode, 2 ** 32, 4096)).every((byte) => byte === 0)).toBe(true);
    expect(tree.attributes(inode)).toMatchObject({ sizeBytes: far + 100, allocatedBytes: 20 });
  });

  it('reads linked content from the other layer', async () => {
    const stores = new Stores();
    const other = tarArchive([file('tool', 'of the other layer')]);
    const lower = stores.put(digest('b'), other);
    const target = lower.inodes[inodeAt(lower, 'tool')];
    if (target === undefined) throw new Error('no target');
    const [root] = indexTar(new Uint8Array(0)).inodes;
    if (root === undefined) throw new Error('no root');
    const tree = stores.tree({
      diffId: digest('a'),
      inodes: [
        { ...root, children: new Map([['alias', 1]]) },
        { ...target, contentOf: digest('b') },
      ],
    });
    await tree.prepare();
    expect(Buffer.from(await tree.read(1, 3, 100)).toString()).toBe('the other layer');
  });

  it('fails when the content is shorter than the index says', async () => {
    const stores = new Stores();
    const tar = tarArchive([file('f', 'x'.repeat(2000))]);
    const index = stores.put(digest('a'), tar);
    stores.blobs.set(digest('a'), tar.subarray(0, 1000));
    const tree = stores.tree(index);
    await tree.prepare();
    await expect(tree.read(1, 0, 2000)).rejects.toMatchObject({ kind: 'dataLoss' });
  });
});

describe('LayerTree.attributes()', () => {
  it('gives directories and links the sizes a file system would', async () => {
    const { tree, index } = await treeOf(tarArchive([symlink('l', 'tärget'), file('f', 'abc')]));
    expect(tree.attributes(0)).toMatchObject({ type: 'dir', sizeBytes: 4096 });
    expect(tree.attributes(inodeAt(index, 'l'))).toMatchObject({ sizeBytes: 7, allocatedBytes: 0 });
    expect(tree.attributes(inodeAt(index, 'f'))).toMatchObject({ sizeBytes: 3, allocatedBytes: 3 });
    expect(() => tree.attributes(99)).toThrow(expect.objectContaining({ kind: 'notFound' }));
  });
});

describe('ChunkCache', () => {
  const sourceOf = (cache: ChunkCache, reads: number[]) =>
    cache.source(async (offset, length) => {
      reads.push(offset / chunkSizeBytes);
      return new Uint8Array(length);
    });

  it('reads a chunk once for all who wait for it', async () => {
    const reads: number[] = [];
    const source = sourceOf(new ChunkCache(), reads);
    const [a, b] = await Promise.all([source.chunk(5), source.chunk(5)]);
    expect(a).toBe(b);
    expect(source.chunk(5)).toBe(a);
    expect(reads).toEqual([5]);
  });

  it('reads ahead of one who goes forward, and not beyond the end', async () => {
    const reads: number[] = [];
    const source = sourceOf(new ChunkCache(), reads);
    await source.chunk(0);
    expect(reads).toEqual([0, 1]);
    await source.chunk(7);
    await source.chunk(3);
    expect(reads).toEqual([0, 1, 7, 3]);
    const ends: number[] = [];
    const short = new ChunkCache().source(async (offset) => {
      ends.push(offset);
      return new Uint8Array(10);
    });
    await short.chunk(0);
    await Promise.resolve();
    short.lastIndex = -1;
    short.chunk(0);
    expect(ends).toEqual([0, chunkSizeBytes]);
  });

  it('holds no more bytes than its maximum and drops what was not used longest', async () => {
    const reads: number[] = [];
    const cache = new ChunkCache(3 * chunkSizeBytes);
    const source = sourceOf(cache, reads);
    for (const index of [10, 20, 30]) await source.chunk(index);
    source.chunk(10);
    await source.chunk(40);
    expect(cache.sizeBytes).toBe(3 * chunkSizeBytes);
    expect(source.chunk(10)).toBeInstanceOf(Uint8Array);
    expect(source.chunk(20)).toBeInstanceOf(Promise);
  });

  it('forgets a read that failed', async () => {
    let failing = true;
    const source = new ChunkCache().source(async () => {
      if (failing) throw new KindError('dataLoss', 'bad');
      return new Uint8Array(1);
    });
    await expect(source.chunk(3)).rejects.toMatchObject({ kind: 'dataLoss' });
    failing = false;
    expect(await source.chunk(3)).toHaveLength(1);
  });
});

describe('LayersDirectory', () => {
  const connect = async (stores: Stores) => {
    const client = new NinepClient(createNinepServer({ root: stores.directory() }));
    await client.attach();
    return client;
  };
  const hex = 'a'.repeat(64);
  const failing = (errno: number) => expect.objectContaining({ errno });

  it('finds a layer as soon as it is stored, and no longer when it is removed', async () => {
    const stores = new Stores();
    const client = await connect(stores);
    await expect(client.walk(0, 1, hex)).rejects.toEqual(failing(2));
    await expect(client.walk(0, 1, 'nothex')).rejects.toEqual(failing(2));
    await expect(client.walk(0, 1, hex.toUpperCase())).rejects.toEqual(failing(2));
    stores.put(digest('a'), tarArchive([file('f', 'content')]));
    const first = await client.walk(0, 1, hex, 'f');
    await client.open(1);
    expect(Buffer.from(await client.read(1, 0, 100)).toString()).toBe('content');
    stores.saved.clear();
    await expect(client.walk(0, 2, hex)).rejects.toEqual(failing(2));
    await expect(client.attributes(1)).rejects.toEqual(failing(116));
    stores.put(digest('a'), tarArchive([file('f', 'content')]));
    const again = await client.walk(0, 3, hex, 'f');
    expect(again.bytes.slice(7)).toEqual(first.bytes.slice(7));
    expect((await client.attributes(1)).size).toBe(7n);
  });

  it('lists what is stored without loading it', async () => {
    const stores = new Stores();
    const client = await connect(stores);
    stores.put(digest('b'), tarArchive([]));
    stores.saved.set(`${layerIndexKeyPrefix}junk`, new Uint8Array(0));
    stores.saved.set(layerIndexKeyPrefix + digest('c'), Uint8Array.of(1, 2, 3));
    await client.walk(0, 1);
    await client.open(1);
    const names = (await client.readDirectory(1)).map(({ name }) => name);
    expect(names).toEqual(['.', '..', 'b'.repeat(64), 'c'.repeat(64)]);
    await expect(client.walk(0, 2, 'c'.repeat(64))).rejects.toEqual(failing(5));
  });

  it('answers EIO for content that is damaged, and goes on', async () => {
    const stores = new Stores();
    stores.put(digest('a'), tarArchive([file('f', 'content')]));
    const client = await connect(stores);
    await client.walk(0, 1, hex, 'f');
    await client.open(1);
    stores.failing = true;
    await expect(client.read(1, 0, 10)).rejects.toEqual(failing(5));
    stores.failing = false;
    expect(await client.read(1, 0, 10)).toHaveLength(7);
  });

  it('serves a layer of 2,000 files in the time that this prints', async () => {
    const stores = new Stores();
    stores.put(
      digest('a'),
      tarArchive(Array.from({ length: 2_000 }, (_, at) => file(`d/f${at}`, 'x'))),
    );
    const client = await connect(stores);
    const start = performance.now();
    await client.walk(0, 1, hex, 'd');
    for (let at = 0; at < 2_000; at++) {
      await client.walk(1, 2, `f${at}`);
      await client.attributes(2);
      await client.open(2);
      await client.read(2, 0, 4096);
      await client.clunk(2);
    }
    const perFile = (performance.now() - start) / 2_000;
    console.log(
      `walk, getattr, open, read and clunk: ${(perFile * 1000).toFixed(1)} µs a file, client included`,
    );
    expect(client.server.fidCount).toBe(2);
    expect(stores.reads.length).toBeLessThan(60);
  });
});
