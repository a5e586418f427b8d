/** The classic builder's `--cache-from`: a step is cached when one of the images was built so, as its history tells. */
import type { ImageHistory } from '../../image/image-config.ts';
import type { BuildSession, StageResult } from './build-session.ts';
import type { StepOutcome } from './step-outcome.ts';

/** Undefined when none of the images went on from `before` with a step whose history is `createdBy`. */
export async function fromImageHistory(
  { daemon, lease, cacheImages }: BuildSession,
  { history, diffIds }: StageResult,
  createdBy: string,
): Promise<StepOutcome | undefined> {
  for (const { config } of cacheImages) {
    const next = config.history[history.length];
    if (next?.createdBy !== createdBy || next.created === undefined) continue;
    const isSame =
      history.every((entry, index) => isSameEntry(entry, config.history[index])) &&
      diffIds.every((diffId, index) => diffId === config.diffIds[index]);
    if (!isSame) continue;
    const { created } = next;
    if (next.emptyLayer) return { isCached: true, layer: undefined, created };
    const diffId = config.diffIds[diffIds.length];
    const layer = diffId && (await daemon.images.layers.info(diffId));
    if (layer === undefined) continue;
    lease.add(layer.diffId);
    return { isCached: true, layer, created };
  }
  return undefined;
}

function isSameEntry(one: ImageHistory, other: ImageHistory | undefined): boolean {
  return (
    one.createdBy === other?.createdBy &&
    one.created === other?.created &&
    one.emptyLayer === other?.emptyLayer
  );
}
