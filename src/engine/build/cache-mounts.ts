/** Directories that `RUN --mount=type=cache` keeps from build to build. */
import type { RunMount } from '../../build/step/build-step.ts';
import type { SetupStep } from '../../guest/plan.ts';
import { Mutex } from '../../lib/mutex.ts';
import type { Daemon } from '../daemon.ts';
import { dockerRoot } from '../spec/paths.ts';
import { step } from '../spec/step.ts';
import { jsonTime } from '../timestamps.ts';
import { cacheKey } from './build-cache.ts';

export type CacheMount = Extract<RunMount, { readonly type: 'cache' }>;

/** Where the machine keeps the directory of a cache mount. */
export function cacheMountDir(id: string): string {
  return `${dockerRoot}/buildkit/cache/${id}`;
}

export interface HeldCacheMount {
  readonly path: string;
  readonly entryId: string;
  /** It was not there before, so it is to be filled. */
  readonly isNew: boolean;
  readonly steps: readonly SetupStep[];
  release(): void;
}

/** One at a time has a locked one. */
const locks = new WeakMap<Daemon['buildCache'], Map<string, Mutex>>();

/** One that is locked, the caller has by `lockCacheMounts`. */
export async function holdCacheMount(daemon: Daemon, mount: CacheMount): Promise<HeldCacheMount> {
  const { buildCache } = daemon;
  let id = await mountKey(mount);
  // A private one that somebody has makes another.
  for (let copy = 1; mount.sharing === 'private' && buildCache.isInUse(id); copy += 1)
    id = await cacheKey(['cache-mount', mount.id, copy]);
  const known = buildCache.take(id);
  if (known === undefined)
    buildCache.add({
      id,
      parent: '',
      type: 'exec.cachemount',
      description: `cached mount ${mount.target} from exec with id ${JSON.stringify(mount.id)}`,
      sizeBytes: 0,
      created: jsonTime(daemon.clock.now()),
    });
  const release = buildCache.use(id);
  const path = cacheMountDir(id);
  const steps = known === undefined ? makeSteps(mount, path) : [];
  return { path, entryId: id, isNew: known === undefined, steps, release };
}

function makeSteps({ mode, uid, gid }: CacheMount, path: string): SetupStep[] {
  const cause = 'Make the directory that builds share';
  return [
    step({ op: 'mkdir', path, mode: 0o755, parents: true }, cause),
    step({ op: 'chmod', path, mode: mode ?? 0o755 }, cause),
    ...(uid === undefined && gid === undefined
      ? []
      : [step({ op: 'chown', path, uid: uid ?? 0, gid: gid ?? 0 }, cause)]),
  ];
}

function mountKey({ id }: CacheMount): Promise<string> {
  return cacheKey(['cache-mount', id]);
}

/**
 * Waits until no other RUN has what these mounts ask for alone. All RUNs take theirs in one order, so that none waits
 * for one that waits for it. Rejects with the signal's reason, holding nothing.
 */
export async function lockCacheMounts(
  { buildCache }: Daemon,
  mounts: readonly RunMount[],
  signal: AbortSignal,
): Promise<() => void> {
  const locked = mounts.filter(
    (mount): mount is CacheMount => mount.type === 'cache' && mount.sharing === 'locked',
  );
  const ids = [...new Set(await Promise.all(locked.map(mountKey)))].sort();
  const held: (() => void)[] = [];
  const release = () => held.splice(0).forEach((unlock) => unlock());
  try {
    for (const id of ids) held.push(await lock(mutexOf(buildCache, id), signal));
  } catch (error) {
    release();
    throw error;
  }
  return release;
}

function mutexOf(buildCache: Daemon['buildCache'], id: string): Mutex {
  const known = locks.get(buildCache) ?? new Map<string, Mutex>();
  locks.set(buildCache, known);
  const mutex = known.get(id) ?? new Mutex();
  known.set(id, mutex);
  return mutex;
}

function lock(mutex: Mutex, signal: AbortSignal): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    void mutex.run(
      () =>
        new Promise<void>((unlock) => {
          signal.removeEventListener('abort', stop);
          // Nobody waits any more: the next one may.
          if (signal.aborted) unlock();
          else resolve(unlock);
        }),
    );
  });
}
