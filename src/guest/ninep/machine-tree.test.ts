import { describe, expect, test } from 'vitest';
import { decodeMachineIndex } from './machine-index.ts';
import type { MachineTree } from './machine-tree.ts';
import {
  blobPath,
  bootPart,
  encodeIndex,
  hostsBytes,
  indexJson,
  libraryBytes,
  memoryStore,
  motdBytes,
  programBytes,
  servedFiles,
  storedZstd,
  treeOver,
} from './machine-tree.fixture.ts';

async function loaded(...args: Parameters<typeof treeOver>): Promise<ReturnType<typeof treeOver>> {
  const made = treeOver(...args);
  await made.tree.load();
  made.fetched.length = 0;
  return made;
}

function inodeOf(tree: MachineTree, path: string): number {
  let inode = tree.rootInode;
  for (const name of path.split('/')) inode = tree.lookup(inode, name) ?? -1;
  return inode;
}

describe('MachineTree', () => {
  test('MachineTree fetches the index once, whoever asks first', async () => {
    const { tree, fetched } = treeOver(servedFiles());
    await Promise.all([tree.prepare(), tree.load(), tree.prepare()]);
    expect(tree.prepare()).toBeUndefined();
    expect(fetched).toEqual(['userland.bin']);
  });

  test('MachineTree lists names with their attributes', async () => {
    const { tree } = await loaded(servedFiles());
    expect(tree.list(0).map(({ name }) => name)).toEqual(['bin', 'hosts', 'motd', 'tmp']);
    expect(tree.attributes(0)).toMatchObject({ type: 'dir', mode: 0o755, linkCount: 4 });
    expect(tree.attributes(inodeOf(tree, 'motd'))).toMatchObject({
      type: 'file',
      uid: 1,
      gid: 42,
      sizeBytes: motdBytes.length,
      mtimeSeconds: 1_767_225_600,
    });
    expect(tree.attributes(inodeOf(tree, 'tmp')).mode).toBe(0o1777);
    expect(tree.lookup(0, 'nosuch')).toBeUndefined();
    expect(tree.readlink(inodeOf(tree, 'bin/link'))).toBe('program');
  });

  test('MachineTree gives two names of one file one inode', async () => {
    const { tree } = await loaded(servedFiles());
    const inode = inodeOf(tree, 'bin/program');
    expect(inodeOf(tree, 'bin/twin')).toBe(inode);
    expect(tree.attributes(inode).linkCount).toBe(2);
  });

  test('MachineTree reads by range and stops at the end of a file, not of its blob', async () => {
    const { tree, fetched } = await loaded(servedFiles());
    const motd = inodeOf(tree, 'motd');
    expect(await tree.read(motd, 0, 4096)).toEqual(motdBytes);
    expect(await tree.read(motd, 8, 3)).toEqual(motdBytes.subarray(8, 11));
    expect(await tree.read(motd, 4096, 10)).toHaveLength(0);
    expect(await tree.read(inodeOf(tree, 'hosts'), 0, 4096)).toEqual(hostsBytes);
    expect(fetched).toHaveLength(1);
  });

  test('MachineTree reads what the boot pack holds without fetching', async () => {
    const { tree, fetched } = await loaded(servedFiles());
    const program = inodeOf(tree, 'bin/program');
    const { offset, length } = bootPart;
    expect(tree.read(program, offset + 10, length - 10)).toEqual(
      programBytes.subarray(offset + 10, offset + length),
    );
    expect(fetched).toEqual([]);
  });

  test('MachineTree fetches a whole file when the boot pack lacks a part of it', async () => {
    const { tree, fetched } = await loaded(servedFiles());
    const program = inodeOf(tree, 'bin/program');
    expect(await tree.read(program, bootPart.offset, bootPart.length + 1)).toEqual(
      programBytes.subarray(bootPart.offset, bootPart.offset + bootPart.length + 1),
    );
    expect(fetched).toContain(blobPath(programBytes));
  });

  test("MachineTree fetches a program's library along with it", async () => {
    const { tree, fetched } = await loaded(servedFiles());
    await tree.read(inodeOf(tree, 'bin/program'), 0, 4096);
    await new Promise((done) => setTimeout(done));
    expect(fetched.sort()).toEqual([blobPath(libraryBytes), blobPath(programBytes)].sort());
  });

  test('MachineTree fetches once for readers at the same time', async () => {
    const { tree, fetched } = await loaded(servedFiles());
    const library = inodeOf(tree, 'bin/library');
    const reads = [0, 100_000, 200_000].map((offset) => tree.read(library, offset, 100_000));
    expect(Buffer.concat(await Promise.all(reads)).equals(libraryBytes)).toBe(true);
    expect(fetched).toEqual([blobPath(libraryBytes)]);
  });

  test('MachineTree fetches nothing at the second visit', async () => {
    const store = memoryStore();
    const first = await loaded(servedFiles(), { store });
    await first.tree.read(inodeOf(first.tree, 'bin/library'), 0, 10);
    const second = await loaded(servedFiles(), { store });
    const bytes = await second.tree.read(inodeOf(second.tree, 'bin/library'), 0, 10);
    expect(bytes).toEqual(libraryBytes.subarray(0, 10));
    expect(second.fetched).toEqual([]);
  });

  test('MachineTree.prefetch() brings a group into the store', async () => {
    const store = memoryStore();
    const { tree, fetched } = await loaded(servedFiles(), { store });
    expect(await tree.prefetch('everyday')).toBe(2);
    expect(await tree.prefetch('everyday')).toBe(2);
    expect(fetched).toHaveLength(2);
    expect(store.blobs.size).toBe(2);
    expect(await tree.prefetch('nosuch')).toBe(0);
  });

  test('MachineTree forgets the least recently used blob when memory is full', async () => {
    const { tree, fetched } = await loaded(servedFiles(), { memorySizeBytesMax: 310_000 });
    const library = inodeOf(tree, 'bin/library');
    await tree.read(library, 0, 1);
    await tree.read(inodeOf(tree, 'bin/program'), 0, 1);
    await tree.read(library, 0, 1);
    expect(fetched.filter((path) => path === blobPath(libraryBytes)).length).toBe(2);
  });
});

describe('MachineTree on failures', () => {
  test('MachineTree rejects when a file cannot be fetched and tries again later', async () => {
    const files = servedFiles();
    const library = files.get(blobPath(libraryBytes)) ?? new Uint8Array(0);
    files.delete(blobPath(libraryBytes));
    const { tree, fetched } = await loaded(files);
    const inode = inodeOf(tree, 'bin/library');
    await expect(tree.read(inode, 0, 10)).rejects.toMatchObject({
      kind: 'unavailable',
      message: `Cannot fetch "${blobPath(libraryBytes)}" of the machine: offline`,
    });
    expect(fetched).toHaveLength(3);
    files.set(blobPath(libraryBytes), library);
    expect(await tree.read(inode, 0, 10)).toEqual(libraryBytes.subarray(0, 10));
  });

  test.each([
    ['another content', storedZstd(new Uint8Array(300_000))],
    ['half a file', storedZstd(libraryBytes).subarray(0, 5000)],
    ['a longer content', storedZstd(new Uint8Array([...libraryBytes, 0]))],
    ['no zstd', new TextEncoder().encode('<!doctype html>')],
  ])('MachineTree rejects %s and stores nothing', async (_name, bytes) => {
    const store = memoryStore();
    const { tree } = await loaded(servedFiles().set(blobPath(libraryBytes), bytes), { store });
    await expect(tree.read(inodeOf(tree, 'bin/library'), 0, 10)).rejects.toMatchObject({
      kind: 'dataLoss',
    });
    expect(store.blobs.size).toBe(0);
  });

  test('MachineTree works when the store is full', async () => {
    const store = { ...memoryStore(), create: () => Promise.reject(new Error('quota')) };
    const { tree } = await loaded(servedFiles(), { store });
    expect(await tree.read(inodeOf(tree, 'motd'), 0, 100)).toEqual(motdBytes);
  });

  test('MachineTree fetches again when the store gives wrong bytes', async () => {
    const store = memoryStore();
    const failing = { ...store, read: () => Promise.reject(new Error('dataLoss')) };
    await (await loaded(servedFiles(), { store })).tree.prefetch('everyday');
    const { tree } = await loaded(servedFiles(), { store: failing });
    expect(await tree.read(inodeOf(tree, 'motd'), 0, 100)).toEqual(motdBytes);
  });

  test('MachineTree.load() rejects an index that is not the expected one, and tries again', async () => {
    const files = servedFiles();
    const { tree } = treeOver(files, { userlandSha256: '0'.repeat(64) });
    await expect(tree.load()).rejects.toMatchObject({ kind: 'dataLoss' });
    const other = treeOver(new Map());
    await expect(other.tree.load()).rejects.toMatchObject({ kind: 'unavailable' });
    expect(() => other.tree.attributes(0)).toThrow('not loaded yet');
  });
});

describe('decodeMachineIndex()', () => {
  test.each([
    ['another version', { version: 2 }],
    ['a type it does not know', { types: 'dx' }],
    ['a short column', { modes: [0o755] }],
    ['a name that is a path', { names: ['../bin', ...indexJson.names.slice(1)] }],
    ['a file outside its blob', { fileOffsets: [1, 0, 0, 0] }],
    ['a parent that does not exist', { parents: [99, ...indexJson.parents.slice(1)] }],
    ['a parent that is no directory', { parents: [2, ...indexJson.parents.slice(1)] }],
    ['a boot pack of another size', { boot: [] }],
  ])('decodeMachineIndex() rejects %s', (_name, change) => {
    const json = { ...indexJson, ...change } as typeof indexJson;
    expect(() => decodeMachineIndex(encodeIndex(json))).toThrow(
      "Cannot read the index of the machine's files",
    );
  });

  test('decodeMachineIndex() rejects bytes that are no index', () => {
    expect(() => decodeMachineIndex(new Uint8Array(2))).toThrow('Cannot read the index');
    expect(() => decodeMachineIndex(new Uint8Array(100))).toThrow('Cannot read the index');
  });
});
