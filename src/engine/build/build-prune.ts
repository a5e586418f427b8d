/** `POST /build/prune`, and the collector that runs behind every build. */
import type { Daemon } from '../daemon.ts';
import { untilMsOf } from '../filters.ts';
import { applyEach } from '../guest-plans.ts';
import type { BuildPruneOptions } from '../server/backend/build-backend.ts';
import { step } from '../spec/step.ts';
import { buildCacheBytesMax, type CacheEntry } from './build-cache.ts';
import { cacheMountDir } from './cache-mounts.ts';

export async function buildPrune(
  daemon: Daemon,
  options: BuildPruneOptions,
): Promise<{ CachesDeleted: string[] | null; SpaceReclaimed: number }> {
  const fits = pruneFilter(daemon, options);
  const { buildCache } = daemon;
  const doomed = buildCache.list().filter((entry) => !buildCache.isInUse(entry.id) && fits(entry));
  doomed.sort((a, b) => a.usedMs - b.usedMs);
  const deleted: string[] = [];
  let reclaimed = 0;
  for (const entry of doomed) {
    if (options.keepBytes > 0 && buildCache.sizeBytes <= options.keepBytes) break;
    reclaimed += await drop(daemon, entry);
    deleted.push(entry.id.slice(0, 25));
  }
  await daemon.state.settled();
  daemon.events.publish({
    type: 'builder',
    action: 'prune',
    id: '',
    attributes: { reclaimed: String(reclaimed) },
  });
  return { CachesDeleted: deleted.length === 0 ? null : deleted, SpaceReclaimed: reclaimed };
}

/** What was used longest ago goes until the cache is small enough. */
export async function collectBuildCache(daemon: Daemon): Promise<void> {
  const { buildCache } = daemon;
  const oldest = buildCache.list().sort((a, b) => a.usedMs - b.usedMs);
  for (const entry of oldest) {
    if (buildCache.sizeBytes <= buildCacheBytesMax) return;
    if (!buildCache.isInUse(entry.id)) await drop(daemon, entry);
  }
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
    (filters.get('inuse') ?? []).every((wanted) => wanted !== 'true');
}
