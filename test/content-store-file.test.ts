/** The content store and the record store over files. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { digestHex } from '../src/image/digest.ts';
import { openFileContentStore } from '../src/node/file-content-store.ts';
import { openFileRecordStore } from '../src/node/file-record-store.ts';
import { isProcessAlive, processIdentity } from '../src/node/process-identity.ts';
import { contentStoreCases, type ContentStoreFixture } from './content-store.conformance.ts';

const folders: string[] = [];

async function createFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bottleship-store-'));
  folders.push(folder);
  return folder;
}

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

/** The identity of a process that was alive a moment ago. */
async function deadIdentity(): Promise<string> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  const identity = processIdentity(child.pid);
  child.kill();
  await once(child, 'exit');
  return identity;
}

async function createFixture(): Promise<ContentStoreFixture> {
  const root = await createFolder();
  const known = new Set<string>();
  const ingest = join(root, 'ingest');
  return {
    async open() {
      for (const name of await readdir(ingest).catch(() => [])) known.add(name);
      return openFileContentStore(root);
    },
    async crash() {
      // The session that appeared since the last open is that of the last worker; its process is now another's.
      const dead = await deadIdentity();
      for (const name of await readdir(ingest)) {
        if (!known.has(name)) await rename(join(ingest, name), join(ingest, `${dead}.0`));
      }
    },
    async damage(digest, offset) {
      const file = await open(join(root, 'blobs/sha256', digestHex(digest)), 'r+');
      const byte = new Uint8Array(1);
      await file.read(byte, 0, 1, offset);
      byte[0] = (byte[0] ?? 0) ^ 1;
      await file.write(byte, 0, 1, offset);
      await file.close();
    },
    async leftovers() {
      const files = await readdir(ingest, { recursive: true, withFileTypes: true });
      return files.filter((file) => file.isFile()).length;
    },
  };
}

describe('content store over files', () => {
  for (const { name, run } of contentStoreCases) {
    it(name, async () => run(await createFixture()));
  }

  it('stores a blob as a plain file named by its digest', async () => {
    const root = await createFolder();
    const store = await openFileContentStore(root);
    const writer = await store.create();
    await writer.write(new TextEncoder().encode('x'));
    const { digest } = await writer.commit();
    expect(await readdir(join(root, 'blobs/sha256'))).toEqual([digestHex(digest)]);
  });

  it('lists nothing for files that are not blobs', async () => {
    const root = await createFolder();
    await mkdir(join(root, 'blobs/sha256'), { recursive: true });
    await writeFile(join(root, 'blobs/sha256/.directory'), '');
    expect(await (await openFileContentStore(root)).list()).toEqual([]);
  });
});

describe('isProcessAlive()', () => {
  it('tells this process from one that is gone and from a later one with its pid', async () => {
    expect(isProcessAlive(processIdentity())).toBe(true);
    expect(isProcessAlive(`${process.pid}-1`)).toBe(false);
    expect(isProcessAlive(await deadIdentity())).toBe(false);
    expect(isProcessAlive('nonsense')).toBe(false);
  });
});

describe('record store over files', () => {
  it('sets, gets, lists by prefix and deletes, whatever the key', async () => {
    const store = openFileRecordStore(join(await createFolder(), 'records'));
    const keys = ['a/1', 'a/../b', 'a/.', `a/${'é/%2F:@'.repeat(60)}`, 'ab', 'A/1'];
    expect(await store.keys('')).toEqual([]);
    for (const key of keys) await store.set(key, new TextEncoder().encode(key));
    expect(await store.keys('')).toEqual([...keys].sort());
    expect(await store.keys('a/')).toEqual(keys.slice(0, 4).sort());
    for (const key of keys) expect(new TextDecoder().decode(await store.get(key))).toBe(key);
    await store.delete('a/1');
    await store.delete('a/1');
    expect(await store.get('a/1')).toBeUndefined();
  });
});
