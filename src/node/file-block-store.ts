/**
 * The machine's disk in Node: one sparse file, `<root>/disk`. Reads and writes are synchronous, because they end in the
 * page cache of this machine and the guest goes on at once; only a flush waits for the device.
 */
import { fdatasync, readSync, writeSync } from 'node:fs';
import { mkdir, open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BlockStore } from '../disk/block-store.ts';
import type { DiskImage } from '../disk/disk-image.ts';
import { checkRange, diskFull } from '../disk/memory-block-store.ts';
import { ifMissing, syncFolder } from './file-content-store.ts';

const fileName = 'disk';
const sync = promisify(fdatasync);

/** Opens the disk below `root`; the first time it is made from `image`, and appears whole or not at all. */
export async function openFileBlockStore(root: string, image: DiskImage): Promise<BlockStore> {
  const path = join(root, fileName);
  if ((await stat(path).catch(ifMissing)) === undefined) await create(path, { root, image });
  const handle = await open(path, 'r+');
  return new FileBlockStore(handle, (await handle.stat()).size);
}

async function create(
  path: string,
  { root, image }: { root: string; image: DiskImage },
): Promise<void> {
  await mkdir(root, { recursive: true });
  const fresh = `${path}.new`;
  await rm(fresh, { force: true });
  const handle = await open(fresh, 'wx', 0o600);
  try {
    await handle.truncate(image.sizeBytes);
    for (const [offset, content] of image.blocks)
      await handle.write(content, 0, content.length, offset);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(fresh, path);
  await syncFolder(root);
}

class FileBlockStore implements BlockStore {
  readonly sizeBytes: number;
  readonly #handle: FileHandle;

  constructor(handle: FileHandle, sizeBytes: number) {
    this.#handle = handle;
    this.sizeBytes = sizeBytes;
  }

  read(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.sizeBytes - offset)));
    let done = 0;
    while (done < bytes.length) {
      const count = readSync(this.#handle.fd, bytes, done, bytes.length - done, offset + done);
      if (count === 0) break;
      done += count;
    }
    return bytes;
  }

  write(offset: number, bytes: Uint8Array): void {
    checkRange(this, offset, bytes.length);
    try {
      for (let done = 0; done < bytes.length;)
        done += writeSync(this.#handle.fd, bytes, done, bytes.length - done, offset + done);
    } catch (error) {
      throw isFull(error) ? diskFull(error) : error;
    }
  }

  flush(): Promise<void> {
    return sync(this.#handle.fd);
  }

  dispose(): void {
    this.#handle.close().catch(() => undefined);
  }
}

function isFull(error: unknown): boolean {
  const codes: unknown[] = ['ENOSPC', 'EDQUOT'];
  return error instanceof Error && 'code' in error && codes.includes(error.code);
}
