/** The block stores: in memory, in a file, in IndexedDB. */
import 'fake-indexeddb/auto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createStore, get } from 'idb-keyval';
import { afterEach, describe, expect, it } from 'vitest';
import {
  dirtyChunkCountMax,
  diskChunkSizeBytes,
  openIdbBlockStore,
} from '../src/browser/idb-block-store.ts';
import { readDiskImage } from '../src/disk/disk-image.ts';
import { MemoryBlockStore } from '../src/disk/memory-block-store.ts';
import { lockDataRoot } from '../src/node/data-root-lock.ts';
import { openFileBlockStore } from '../src/node/file-block-store.ts';
import { blockStoreCases, smallDisk } from './block-store.conformance.ts';

const folders: string[] = [];

async function scratch(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bottleship-disk-'));
  folders.push(folder);
  return folder;
}

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

describe('MemoryBlockStore', () => {
  blockStoreCases(async () => ({
    open: async () => new MemoryBlockStore(smallDisk),
    lasts: false,
  }));

  it('is full at its limit', () => {
    const store = new MemoryBlockStore(smallDisk, 3 * 64 * 1024);
    store.write(20 * 1024 * 1024, new Uint8Array(1));
    expect(() => store.write(30 * 1024 * 1024, new Uint8Array(1))).toThrow('no space left');
  });
});

describe('openFileBlockStore()', () => {
  blockStoreCases(async () => {
    const root = await scratch();
    return { open: () => openFileBlockStore(root, smallDisk), lasts: true };
  });

  it('starts anew when it was interrupted the first time', async () => {
    const root = await scratch();
    await writeFile(join(root, 'disk.new'), 'half');
    const store = await openFileBlockStore(root, smallDisk);
    expect(await store.read(0, 1)).toEqual(Uint8Array.of(1));
    store.dispose();
  });
});

describe('openIdbBlockStore()', () => {
  let count = 0;
  blockStoreCases(async () => {
    const name = `disk-${(count += 1)}`;
    return { open: () => openIdbBlockStore(name, smallDisk), lasts: true };
  });

  it('stores nothing before a flush, and lets a writer wait when too much is unsaved', async () => {
    const use = createStore('late-disk', 'chunks');
    const store = await openIdbBlockStore('late', smallDisk);
    await store.write(0, Uint8Array.of(7));
    expect((await get<Uint8Array>(0, use))?.[0]).toBe(1);
    const all = new Uint8Array((dirtyChunkCountMax + 1) * diskChunkSizeBytes).fill(3);
    await store.write(0, all);
    expect((await get<Uint8Array>(0, use))?.[0]).toBe(3);
    store.dispose();
  });
});

describe('readDiskImage()', () => {
  it('reads the disk that is shipped', async () => {
    const image = await readDiskImage(await readFile('public/machine/disk.gz'));
    expect(image.sizeBytes).toBe(8 * 1024 ** 3);
    // The magic number of ext4 in its superblock.
    expect([...(image.blocks.get(0) ?? [])].slice(1024 + 56, 1024 + 58)).toEqual([0x53, 0xef]);
  });

  it('refuses what is damaged', async () => {
    const damaged = { kind: 'dataLoss' };
    await expect(readDiskImage(new Uint8Array(20))).rejects.toMatchObject(damaged);
  });
});

describe('lockDataRoot()', () => {
  it('lets one host at a data root, and another one after it', async () => {
    const root = await scratch();
    const lock = lockDataRoot(root);
    const refusal = `process with PID ${process.pid} is still running on data root "${root}"`;
    expect(() => lockDataRoot(root)).toThrow(refusal);
    lock.dispose();
    lockDataRoot(root).dispose();
  });

  it('takes over from a process that is gone', async () => {
    const root = await scratch();
    await writeFile(join(root, 'bottleship.pid'), '999999999-1');
    lockDataRoot(root).dispose();
  });
});
