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

/** Waits while another RUN has the directory and one of them asked for it alone. */
export async function holdCacheMount(daemon: Daemon, mount: CacheMount): Promise<HeldCacheMount> {
  const { buildCache } = daemon;
  let id = await cacheKey(['cache-mount', mount.id]);
  // A private one that somebody has makes another.
  for (let copy = 1; mount.sharing === 'private' && buildCache.isInUse(id); copy += 1)
    id = await cacheKey(['cache-mount', mount.id, copy]);
  const unlock = mount.sharing === 'locked' ? await lock(daemon, id) : () => undefined;
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
  const unuse = buildCache.use(id);
  const path = cacheMountDir(id);
  const release = () => {
    unuse();
    unlock();
  };
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

async function lock({ buildCache }: Daemon, id: string): Promise<() => void> {
  const known = locks.get(buildCache) ?? new Map<string, Mutex>();
  locks.set(buildCache, known);
  const mutex = known.get(id) ?? new Mutex();
  known.set(id, mutex);
  return new Promise((resolve) => {
    void mutex.run(() => new Promise<void>((done) => resolve(done)));
  });
}
