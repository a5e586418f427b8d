/** `POST /build/prune`, and the collector that runs behind every build. */
import type { Digest } from '../../image/digest.ts';
import type { Daemon } from '../daemon.ts';
import { filterFlag, untilMsOf } from '../filters.ts';
import { applyEach } from '../guest-plans.ts';
import { runProgram } from '../run-program.ts';
import type { BuildPruneOptions } from '../server/backend/build-backend.ts';
import { dockerRoot } from '../spec/paths.ts';
import { step } from '../spec/step.ts';
import type { CacheEntry } from './build-cache.ts';
import { cacheMountDir } from './cache-mounts.ts';
import { keepBytesOf, pruneOrder, type SpaceLimits } from './prune-selection.ts';

export async function buildPrune(
  daemon: Daemon,
  options: BuildPruneOptions,
): Promise<{ CachesDeleted: string[] | null; SpaceReclaimed: number }> {
  const shared = await sharedLayers(daemon);
  const isShared = ({ diffId }: CacheEntry) => diffId !== undefined && shared.has(diffId);
  const fits = pruneFilter(daemon, options, isShared);
  // What images hold anyway stays a cache of them, unless all is to go.
  const isTaken = (entry: CacheEntry) =>
    (options.all || (entry.type !== 'internal' && !isShared(entry))) && fits(entry);
  const { deleted, reclaimed } = await collect(daemon, {
    limits: options.limits,
    isShared,
    isTaken,
  });
  await daemon.state.settled();
  daemon.events.publish({
    type: 'builder',
    action: 'prune',
    id: '',
    attributes: { reclaimed: String(reclaimed) },
  });
  return { CachesDeleted: deleted.length === 0 ? null : deleted, SpaceReclaimed: reclaimed };
}

/** Keeps the cache within the daemon's limit. */
export async function collectBuildCache(daemon: Daemon): Promise<void> {
  const shared = await sharedLayers(daemon);
  const isShared = ({ diffId }: CacheEntry) => diffId !== undefined && shared.has(diffId);
  const limits = { reserved: 0, maxUsed: daemon.buildCache.bytesMax, minFree: 0 };
  await collect(daemon, { limits, isShared, isTaken: () => true });
}

/** Layers that images hold too. */
export async function sharedLayers({ images }: Daemon): Promise<ReadonlySet<Digest>> {
  return new Set((await images.list()).flatMap(({ config }) => config.diffIds));
}

interface Collection {
  readonly limits: SpaceLimits;
  readonly isShared: (entry: CacheEntry) => boolean;
  readonly isTaken: (entry: CacheEntry) => boolean;
}

async function collect(
  daemon: Daemon,
  { limits, isShared, isTaken }: Collection,
): Promise<{ deleted: string[]; reclaimed: number }> {
  const { buildCache } = daemon;
  const own = buildCache.list().filter((entry) => !isShared(entry));
  let total = own.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const free = limits.minFree === 0 ? 0 : await freeBytes(daemon);
  const keep = keepBytesOf(limits, { total, free });
  const deleted: string[] = [];
  let reclaimed = 0;
  for (const entry of pruneOrder(buildCache.list())) {
    if (keep !== undefined && total <= keep) break;
    if (buildCache.isInUse(entry.id) || !isTaken(entry)) continue;
    if (!isShared(entry)) total -= entry.sizeBytes;
    reclaimed += await drop(daemon, entry);
    deleted.push(entry.id.slice(0, 25));
  }
  return { deleted, reclaimed };
}

/** Of the machine's disk. */
async function freeBytes({ guest }: Daemon): Promise<number> {
  const argv = ['stat', '-f', '-c', '%a %S', dockerRoot] as const;
  const { code, output, errors } = await runProgram(guest, argv, 'See how full the disk is');
  if (code !== 0) throw new Error(`Cannot see how full the disk is: ${errors.trim()}`);
  const [blocks = 0, blockBytes = 0] = output.trim().split(' ').map(Number);
  return blocks * blockBytes;
}

/** Bytes that this made free. */
async function drop(daemon: Daemon, entry: CacheEntry): Promise<number> {
  daemon.buildCache.remove(entry.id);
  if (entry.type === 'exec.cachemount') {
    const operation = { op: 'removeTree', path: cacheMountDir(entry.id) } as const;
    await applyEach(daemon.guest, [step(operation, 'The build cache no longer keeps it')]);
    return entry.sizeBytes;
  }
  if (entry.diffId === undefined) return 0;
  await daemon.images.releaseLayers([entry.diffId]);
  return (await daemon.images.layers.info(entry.diffId)) === undefined ? entry.sizeBytes : 0;
}

function pruneFilter(
  daemon: Daemon,
  { filters }: BuildPruneOptions,
  isShared: (entry: CacheEntry) => boolean,
): (entry: CacheEntry) => boolean {
  // dockerd passes over the filters it does not know, as those of `docker system prune`.
  const until = filters.get('until') ?? filters.get('unused-for');
  const untilMs =
    until === undefined ? undefined : untilMsOf(new Map([['until', until]]), daemon.clock.now());
  const one = (name: string, value: string) =>
    (filters.get(name) ?? []).every((wanted) => value.startsWith(wanted));
  return (entry) =>
    (untilMs === undefined || entry.usedMs <= untilMs) &&
    one('id', entry.id) &&
    one('parents', entry.parent) &&
    one('type', entry.type) &&
    (filters.get('description') ?? []).every((text) => entry.description.includes(text)) &&
    (filters.get('inuse') ?? []).every((wanted) => wanted !== 'true') &&
    (!filterFlag(filters, 'shared', false) || isShared(entry)) &&
    (!filterFlag(filters, 'private', false) || !isShared(entry));
}
