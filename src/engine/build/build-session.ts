/** What all steps of one build share. */
import type { BuildPlan } from '../../build/plan/build-plan.ts';
import type { Digest } from '../../image/digest.ts';
import type { ImageHistory } from '../../image/image-config.ts';
import type { StoredImage } from '../../image/image-store.ts';
import type { LayerLease } from '../../image/layer-store.ts';
import type { Platform } from '../../image/platform.ts';
import type { StageState } from '../../build/step/build-step.ts';
import type { Daemon } from '../daemon.ts';
import type { ImageBuildOptions } from '../server/backend/build-backend.ts';
import type { BuildProgress } from './build-progress.ts';
import type { ContentDigests } from './file-content.ts';
import type { InlineRecord } from './inline-cache.ts';
import type { MountSource } from './run-mounts.ts';

export interface BuildSession {
  readonly daemon: Daemon;
  readonly options: ImageBuildOptions;
  readonly plan: BuildPlan;
  readonly progress: BuildProgress;
  readonly lease: LayerLease;
  readonly digests: ContentDigests;
  readonly signal: AbortSignal;
  /** Of the target. */
  readonly platform: Platform;
  /** SOURCE_DATE_EPOCH, in seconds. */
  readonly epochSeconds: number | undefined;
  readonly context: MountSource;
  /** Files of other images and contexts, by name, each opened once. */
  readonly sources: Map<string, Promise<MountSource>>;
  /** Stages that are done, or being done. */
  readonly stages: Map<number, Promise<StageResult>>;
  /** The classic builder's `--cache-from`. */
  readonly cacheImages: readonly StoredImage[];
  /** Records that `--cache-from` brought; those that no step uses go with the build. */
  readonly importedIds: string[];
  /** The classic builder's numbers of steps. */
  readonly steps: { next: number; readonly total: number };
}

/** A stage between two steps. Immutable. */
export interface StageResult {
  readonly state: StageState;
  readonly diffIds: readonly Digest[];
  readonly history: readonly ImageHistory[];
  /** What the image can carry of its cache. */
  readonly records: readonly InlineRecord[];
  /** What the next step's cache key grows from. */
  readonly key: string;
  readonly platform: Platform;
  /** RFC 3339, of the last step. */
  readonly created: string;
  /** The image before this step; the classic builder has one for each. */
  readonly imageId: Digest | undefined;
}
