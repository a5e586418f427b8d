/**
 * One tab owns the stored disk: two machines on one disk would destroy it. The others get a disk of their own that they
 * forget. The lock is held by the worker that writes, so that it is only free when nothing can write any more.
 */
import type { CopyableBlockStore, DiskPart } from '../disk/block-store.ts';
import type { DiskImage } from '../disk/disk-image.ts';
import { MemoryBlockStore } from '../disk/memory-block-store.ts';
import { openIdbBlockStore, replaceIdbDisk } from './idb-block-store.ts';

/** A page that was reloaded waits for its worker before to end; another tab goes on without the disk. */
const patienceMs = 1500;

export interface OwnDisk {
  readonly store: CopyableBlockStore;
  /** False: what is written is forgotten with the tab. */
  readonly lasts: boolean;
}

export interface OwnDiskOptions {
  readonly locks: LockManager;
  /** Of the lock and the database. */
  readonly name: string;
  readonly image: DiskImage;
  readonly patienceMs?: number;
  /** Of a session that is restored: takes the place of what was there. */
  readonly parts?: AsyncIterable<DiskPart> | undefined;
}

export async function openOwnDisk(options: OwnDiskOptions): Promise<OwnDisk> {
  const { locks, name, image, parts } = options;
  const lasts = await takeLock(locks, {
    name: `${name}-disk`,
    patienceMs: options.patienceMs ?? patienceMs,
  });
  if (!lasts) return { store: await memoryDisk(image, parts), lasts };
  if (parts !== undefined) await replaceIdbDisk(name, { sizeBytes: image.sizeBytes, parts });
  return { store: await openIdbBlockStore(name, image), lasts };
}

/** A disk that is forgotten with the tab. */
export async function memoryDisk(
  image: DiskImage,
  parts: AsyncIterable<DiskPart> | undefined,
): Promise<MemoryBlockStore> {
  if (parts === undefined) return new MemoryBlockStore(image);
  const disk = new MemoryBlockStore({ ...image, blocks: new Map() });
  for await (const { offset, bytes } of parts) disk.write(offset, bytes);
  return disk;
}

/** Resolves true when the lock is held, until the worker ends; false when it was not to be had in time. */
function takeLock(
  locks: LockManager,
  { name, patienceMs }: { name: string; patienceMs: number },
): Promise<boolean> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(patienceMs);
    const holding = locks.request(name, { signal }, () => {
      resolve(true);
      return new Promise<never>(() => undefined);
    });
    holding.catch(() => resolve(false));
  });
}
