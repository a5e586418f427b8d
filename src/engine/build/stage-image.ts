/** An image of a stage as it is. */
import type { Digest } from '../../image/digest.ts';
import { encodeImageConfig } from '../../image/image-config-json.ts';
import { carriesCache } from './cache-from.ts';
import { inlineCacheField } from './inline-cache.ts';
import { engineVersion } from '../system-version.ts';
import type { BuildSession, StageResult } from './build-session.ts';

/** The same stage gives the same image, whether its steps were cached or not. */
export async function putStageImage(
  { daemon, options }: BuildSession,
  stage: StageResult,
): Promise<Digest> {
  const { state, diffIds, history, platform, imageId: parent } = stage;
  const isClassic = options.version === 1;
  const bytes = encodeImageConfig({
    platform,
    created: stage.created === '' ? '0001-01-01T00:00:00Z' : stage.created,
    ...(state.author === '' ? {} : { author: state.author }),
    ...(isClassic ? { dockerVersion: engineVersion } : {}),
    containerConfig: isClassic ? state.config : {},
    config: state.config,
    diffIds,
    history,
    ...(carriesCache(options) ? { extra: { [inlineCacheField]: stage.records } } : {}),
  });
  const id = await daemon.images.put(bytes);
  if (isClassic && parent !== undefined && parent !== id) await daemon.images.setParent(id, parent);
  return id;
}
