/** One stage: its base, the base's triggers, its own instructions, each a step with a place in the cache. */
import type { PlannedInstruction, PlannedStage } from '../../build/plan/build-plan.ts';
import { planOnBuild } from '../../build/plan/plan-instruction.ts';
import { withSource } from '../../build/source.ts';
import type { BuildStep, StageState } from '../../build/step/build-step.ts';
import { nextStep } from '../../build/step/next-step.ts';
import { startStage } from '../../build/step/start-stage.ts';
import { stepName, stepTotal } from '../../build/step/step-name.ts';
import type { ImageHistory } from '../../image/image-config.ts';
import type { LayerInfo } from '../../image/layer-store.ts';
import { parsePlatform } from '../../image/platform.ts';
import { errorMessage } from '../../lib/errors.ts';
import { cacheKey } from './build-cache.ts';
import type { StepProgress } from './build-progress.ts';
import type { BuildSession, StageResult } from './build-session.ts';
import { openStageBase, type OpenedBase } from './stage-base.ts';
import { copyEntries, storeEntries, workdirEntries } from './do-copy.ts';
import { doRun, mountChecksums, runIdentity } from './do-run.ts';
import { putStageImage } from './stage-image.ts';
import { stepOutcome, type StepOutcome } from './step-outcome.ts';

/** The history's comment of what BuildKit made. */
const buildkitComment = 'buildkit.dockerfile.v0';

export async function buildStage(session: BuildSession, stage: PlannedStage): Promise<StageResult> {
  const { plan, progress, steps } = session;
  const { range } = stage.stage;
  const platform = stage.platform === undefined ? session.platform : parsePlatform(stage.platform);
  const classicText = `FROM ${stage.stage.words.join(' ')}`;
  const line = progress.step({
    name: stepName(stage, `FROM ${stage.baseName}`, { index: 1, total: stepTotal(stage, []) }),
    classicText,
    number: steps.next++,
    total: steps.total,
    kind: 'from',
    isShown: stage.base.kind === 'image' || stage.base.kind === 'named',
  });
  let base: OpenedBase;
  try {
    base = await openStageBase(session, stage, platform);
  } catch (error) {
    line.failed(error);
    throw withSource(error, { ranges: [range], source: plan.dockerfile.source });
  }
  line.done({ isCached: false, imageId: base.result.imageId });
  const { instructions: triggers } = planOnBuild(plan, stage, base.triggers);
  if (triggers.length > 0 && session.options.version === 1)
    session.options.onProgress({
      stream: `# Executing ${triggers.length} build trigger${triggers.length > 1 ? 's' : ''}\n`,
    });
  const work = { session, stage, total: stepTotal(stage, triggers), index: base.isStep ? 1 : 0 };
  let result: StageResult = { ...base.result, state: startStage(base.start) };
  for (const planned of [...triggers, ...stage.instructions])
    result = await buildStep(work, result, planned);
  return result;
}

interface StageWork {
  readonly session: BuildSession;
  readonly stage: PlannedStage;
  readonly total: number;
  /** Of the last step that BuildKit counts. */
  index: number;
}

async function buildStep(
  work: StageWork,
  before: StageResult,
  planned: PlannedInstruction,
): Promise<StageResult> {
  const { session, stage, total } = work;
  const { plan, progress, steps, signal } = session;
  signal.throwIfAborted();
  const { step, state } = nextStep({ plan, state: before.state, planned });
  const isShown = step.kind !== 'config' || step.isOnBuild;
  if (isShown) work.index += 1;
  const line = progress.step({
    name: stepName(stage, step.text, { index: work.index, total, isOnBuild: step.isOnBuild }),
    classicText: step.classicText,
    number: planned.isOnBuild ? steps.next : steps.next++,
    total: steps.total,
    kind: step.kind,
    isShown,
  });
  try {
    const attempt = { session, stage, before, planned, step, state, line };
    const { outcome, key } = await doStep(attempt);
    const result = withOutcome(attempt, outcome, key);
    const imageId =
      session.options.version === 1 ? await putStageImage(session, result) : undefined;
    line.done({ isCached: outcome.isCached, imageId });
    return { ...result, imageId };
  } catch (error) {
    line.failed(error);
    if (signal.aborted) throw error;
    throw withSource(classicError(session, step, error), {
      ranges: [step.range],
      source: plan.dockerfile.source,
    });
  }
}

interface StepAttempt {
  readonly session: BuildSession;
  readonly stage: PlannedStage;
  readonly before: StageResult;
  readonly planned: PlannedInstruction;
  readonly step: BuildStep;
  readonly state: StageState;
  readonly line: StepProgress;
}

async function doStep(
  attempt: StepAttempt,
): Promise<{ readonly outcome: StepOutcome; readonly key: string }> {
  const { session, stage, before, step } = attempt;
  const { identity, make } = await prepareStep(attempt);
  const isClassic = session.options.version === 1;
  // The classic builder's steps follow one another; BuildKit's file systems do, whatever stands between them.
  const own = isClassic ? [step.classicText, attempt.state.config, attempt.state.author] : [];
  const key = await cacheKey([before.key, step.kind, identity, own]);
  const outcome = await stepOutcome(session, before, {
    key,
    description: step.createdBy ?? step.text,
    useCache: !stage.noCache,
    make,
  });
  const advances = isClassic || step.kind !== 'config';
  return { outcome, key: advances ? key : before.key };
}

interface PreparedStep {
  /** What the result depends on, beside what it starts from. */
  readonly identity: unknown;
  readonly make: () => Promise<LayerInfo | undefined>;
}

async function prepareStep(attempt: StepAttempt): Promise<PreparedStep> {
  const { session, before, planned, step, state, line } = attempt;
  switch (step.kind) {
    case 'config':
      return {
        identity: [step.createdBy ?? step.text, state.config],
        make: async () => undefined,
      };
    case 'workdir': {
      const entries = await workdirEntries(session, before, step);
      const sum = (await entries?.checksum(session.digests)) ?? null;
      return { identity: [step.path, sum], make: () => storeEntries(session, entries) };
    }
    case 'copy': {
      const entries = await copyEntries(session, before, step);
      const sum = await entries.checksum(session.digests);
      return { identity: [step.destination, sum], make: () => storeEntries(session, entries) };
    }
    case 'run': {
      const run = { before, planned, step };
      const sums = await mountChecksums(session, run);
      return {
        identity: [runIdentity(run), sums],
        make: () => doRun(session, run, line),
      };
    }
  }
}

function withOutcome(
  { session, before, step, state }: StepAttempt,
  { layer, created }: StepOutcome,
  key: string,
): StageResult {
  const isClassic = session.options.version === 1;
  const createdBy = isClassic ? classicHistory(step) : step.createdBy;
  const entry: ImageHistory = {
    created,
    ...(createdBy === undefined ? {} : { createdBy }),
    ...(isClassic
      ? state.author === ''
        ? {}
        : { author: state.author }
      : { comment: buildkitComment }),
    emptyLayer: layer === undefined,
  };
  return {
    ...before,
    state,
    key,
    created,
    diffIds: layer === undefined ? before.diffIds : [...before.diffIds, layer.diffId],
    history: createdBy === undefined ? before.history : [...before.history, entry],
  };
}

/** How the classic builder calls what it did. */
function classicHistory(step: BuildStep): string {
  if (step.kind !== 'run')
    return `/bin/sh -c #(nop) ${step.kind === 'copy' ? '' : ' '}${step.classicText}`;
  const args = step.buildArgs.length === 0 ? [] : [`|${step.buildArgs.length}`, ...step.buildArgs];
  return [...args, ...step.args].join(' ');
}

function classicError({ options }: BuildSession, step: BuildStep, error: unknown): unknown {
  if (options.version !== 1 || step.kind !== 'copy' || !(error instanceof Error)) return error;
  const missing = /^"(.*)": not found$/.exec(error.message)?.[1];
  const reason =
    missing === undefined
      ? errorMessage(error)
      : `file not found in build context or excluded by .dockerignore: stat ${missing.slice(1)}: file does not exist`;
  error.message = `${step.name} failed: ${reason}`;
  return error;
}
