/** What a stage begins with: an image, another stage, a named context, or nothing. */
import type { ContainerConfig } from '../../api/container.ts';
import { triggersOf } from '../../build/check/check-build.ts';
import type { PlannedStage } from '../../build/plan/build-plan.ts';
import type { StageBase } from '../../build/step/start-stage.ts';
import type { StoredImage } from '../../image/image-store.ts';
import type { Platform } from '../../image/platform.ts';
import { KindError } from '../../lib/errors.ts';
import { cacheKey } from './build-cache.ts';
import type { BuildSession, StageResult } from './build-session.ts';
import { fetchImage, namedImage, openSource } from './build-sources.ts';

export interface OpenedBase {
  readonly start: StageBase;
  readonly result: Omit<StageResult, 'state'>;
  readonly triggers: readonly string[];
  /** BuildKit counts it as the first step. */
  readonly isStep: boolean;
}

export async function openStageBase(
  session: BuildSession,
  { base, stage }: PlannedStage,
  platform: Platform,
): Promise<OpenedBase> {
  switch (base.kind) {
    case 'scratch': {
      const key = await cacheKey(['scratch', platform, session.options.version]);
      const result = {
        diffIds: [],
        history: [],
        records: [],
        key,
        platform,
        created: '',
        imageId: undefined,
      };
      return { start: { kind: 'scratch' }, result, triggers: [], isStep: false };
    }
    case 'stage': {
      const result = await session.stages.get(base.index);
      if (result === undefined) throw new Error(`stage ${base.index} is not built`);
      const { config, author } = result.state;
      // The classic builder forgets a stage's arguments with it.
      const start =
        session.options.version === 1
          ? ({ kind: 'image', config, author } as const)
          : ({ kind: 'stage', state: result.state } as const);
      return { start, result, triggers: triggersOf(start), isStep: false };
    }
    case 'image':
      return imageBase(session, await fetchImage(session, base.reference, platform));
    case 'named': {
      const image = namedImage(base.value);
      if (image !== undefined)
        return imageBase(session, await fetchImage(session, image, platform));
      // Its files are the stage: an image without a configuration.
      const { diffIds, base: directory } = await openSource(session, base);
      if (diffIds.length === 0 || directory !== undefined)
        throw new KindError(
          'invalidParameter',
          `context ${base.name} cannot be the base of a stage`,
        );
      const key = await cacheKey(['context', diffIds, platform, session.options.version]);
      const history = diffIds.map(() => ({
        createdBy: `FROM ${stage.baseName}`,
        emptyLayer: false,
      }));
      const result = {
        diffIds,
        history,
        records: [],
        key,
        platform,
        created: '',
        imageId: undefined,
      };
      return { start: { kind: 'scratch' }, result, triggers: [], isStep: true };
    }
    case 'context':
      throw new Error('no stage begins with the main context');
  }
}

async function imageBase(session: BuildSession, image: StoredImage): Promise<OpenedBase> {
  const { id, config } = image;
  for (const diffId of config.diffIds) session.lease.add(diffId);
  const { author, history, diffIds, platform, created = '' } = config;
  const start = {
    kind: 'image',
    config: config.config as ContainerConfig,
    ...(author === undefined ? {} : { author }),
  } as const;
  const key = await cacheKey(['image', id, session.options.version]);
  const result = { diffIds, history, records: [], key, platform, created, imageId: id };
  return { start, result, triggers: triggersOf(start), isStep: true };
}
