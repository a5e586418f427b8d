/**
 * One tab owns the stored disk: two machines on one disk would destroy it. The others get a disk of their own that they
 * forget. The lock is held by the worker that writes, so that it is only free when nothing can write any more.
 */
import type { BlockStore } from '../disk/block-store.ts';
import type { DiskImage } from '../disk/disk-image.ts';
import { MemoryBlockStore } from '../disk/memory-block-store.ts';
import { openIdbBlockStore } from './idb-block-store.ts';

/** A page that was reloaded waits for its worker before to end; another tab goes on without the disk. */
const patienceMs = 1500;

export interface OwnDisk {
  readonly store: BlockStore;
  /** False: what is written is forgotten with the tab. */
  readonly lasts: boolean;
}

export interface OwnDiskOptions {
  readonly locks: LockManager;
  /** Of the lock and the database. */
  readonly name: string;
  readonly image: DiskImage;
  readonly patienceMs?: number;
}

export async function openOwnDisk(options: OwnDiskOptions): Promise<OwnDisk> {
  const { locks, name, image } = options;
  const lasts = await takeLock(locks, {
    name: `${name}-disk`,
    patienceMs: options.patienceMs ?? patienceMs,
  });
  if (!lasts) return { store: new MemoryBlockStore(image), lasts };
  return { store: await openIdbBlockStore(name, image), lasts };
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
