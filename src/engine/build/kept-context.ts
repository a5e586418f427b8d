/**
 * The last context is kept, as a record of the build cache like BuildKit's `source.local`: one that is sent again is
 * recognised while it comes, and neither written nor indexed a second time.
 */
import type { Digest } from '../../image/digest.ts';
import type { LayerLease } from '../../image/layer-store.ts';
import { jsonTime } from '../timestamps.ts';
import type { Daemon } from '../daemon.ts';

/** Smaller ones are read as quickly as they are recognised. */
const keptBytesMin = 64 * 1024;
/** Larger ones are worth less than the room they take. */
const keptBytesMax = 256 * 1024 ** 2;
/** One for all, the sha256 of its description: what a client sends does not say which directory it was. */
const recordId = '8c87b11658f30f650a0578401165719f4d27070bb84122cad8eaf2a2d71f643d';

export interface KeptContextOptions {
  readonly lease: LayerLease;
  /** Stores what is not the kept one; resolves with its layer. */
  readonly ingest: (source: AsyncIterable<Uint8Array>) => Promise<Digest>;
}

/** The layer that `source`, an uncompressed tar, is. */
export async function recogniseContext(
  { buildCache, images }: Daemon,
  source: AsyncIterable<Uint8Array>,
  { lease, ingest }: KeptContextOptions,
): Promise<Digest> {
  const kept = buildCache.peek(recordId)?.diffId;
  if (kept === undefined) return ingest(source);
  lease.add(kept);
  try {
    const changed = await images.layers.unlessSame(kept, source);
    return changed === undefined ? kept : await ingest(changed);
  } catch (error) {
    // It may be the stored one that cannot be read.
    buildCache.remove(recordId);
    throw error;
  }
}

/** Of a build that has ended well. The one before goes. */
export async function keepContext(daemon: Daemon, diffId: Digest | undefined): Promise<void> {
  const { buildCache, clock, images } = daemon;
  const kept = buildCache.peek(recordId)?.diffId;
  if (diffId === undefined || (kept === diffId && buildCache.take(recordId) !== undefined)) return;
  const layer = await images.layers.info(diffId);
  if (layer === undefined || layer.tarBytes < keptBytesMin || layer.tarBytes > keptBytesMax) return;
  buildCache.add({
    id: recordId,
    parent: '',
    type: 'source.local',
    description: 'local source for context',
    diffId,
    sizeBytes: layer.sizeBytes,
    created: jsonTime(clock.now()),
  });
  if (kept !== undefined) await images.releaseLayers([kept]);
}
