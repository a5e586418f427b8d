/** Looks a step up in the cache, or does it and keeps what came of it. */
import type { LayerInfo } from '../../image/layer-store.ts';
import { jsonTime } from '../timestamps.ts';
import type { BuildSession, StageResult } from './build-session.ts';

export interface StepWork {
  readonly key: string;
  readonly description: string;
  /** Of a step that changes settings alone. */
  readonly isInternal: boolean;
  readonly useCache: boolean;
  /** Undefined when nothing changed. */
  readonly make: () => Promise<LayerInfo | undefined>;
}

export interface StepOutcome {
  readonly isCached: boolean;
  readonly layer: LayerInfo | undefined;
  /** RFC 3339 */
  readonly created: string;
}

export async function stepOutcome(
  session: BuildSession,
  before: StageResult,
  work: StepWork,
): Promise<StepOutcome> {
  const { daemon } = session;
  const cached = work.useCache ? await fromCache(session, work.key) : undefined;
  if (cached !== undefined) return cached;
  session.signal.throwIfAborted();
  const layer = await work.make();
  session.signal.throwIfAborted();
  const { epochSeconds } = session;
  const now = epochSeconds === undefined ? daemon.clock.now() : epochSeconds * 1000;
  // Docker's word for 0 is "never".
  const created = now === 0 ? '1970-01-01T00:00:00Z' : jsonTime(now);
  daemon.buildCache.add({
    id: work.key,
    parent: before.key,
    type: work.isInternal ? 'internal' : 'regular',
    description: work.description,
    ...(layer === undefined ? {} : { diffId: layer.diffId }),
    sizeBytes: layer?.sizeBytes ?? 0,
    created,
  });
  return { isCached: false, layer, created };
}

async function fromCache(
  { daemon, lease }: BuildSession,
  key: string,
): Promise<StepOutcome | undefined> {
  const entry = daemon.buildCache.take(key);
  if (entry === undefined) return undefined;
  const { diffId, created } = entry;
  if (diffId === undefined) return { isCached: true, layer: undefined, created };
  lease.add(diffId);
  const layer = await daemon.images.layers.info(diffId);
  if (layer !== undefined) return { isCached: true, layer, created };
  // Its layer went some other way.
  daemon.buildCache.remove(key);
  return undefined;
}
