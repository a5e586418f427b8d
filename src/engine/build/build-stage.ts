/** One stage: its base, the base's triggers, its own instructions, each a step with a place in the cache. */
import type { PlannedInstruction, PlannedStage } from '../../build/plan/build-plan.ts';
import { planOnBuild } from '../../build/plan/plan-instruction.ts';
import { withSource } from '../../build/source.ts';
import type { BuildStep, StageState } from '../../build/step/build-step.ts';
import { classicHistory } from '../../build/step/classic-history.ts';
import { nextStep, type NextStep } from '../../build/step/next-step.ts';
import { startStage } from '../../build/step/start-stage.ts';
import { stepName, stepTotal } from '../../build/step/step-name.ts';
import type { ImageHistory } from '../../image/image-config.ts';
import type { LayerInfo } from '../../image/layer-store.ts';
import { digestHex } from '../../image/digest.ts';
import { parsePlatform } from '../../image/platform.ts';
import { cacheKey } from './build-cache.ts';
import { labelInstructions } from './classic-labels.ts';
import type { StepProgress } from './build-progress.ts';
import type { BuildSession, StageResult } from './build-session.ts';
import { openStageBase, type OpenedBase } from './stage-base.ts';
import { copyIdentity } from './copy-identity.ts';
import { storeEntries, workdirEntries } from './do-copy.ts';
import { fromImageHistory } from './image-history-cache.ts';
import type { InlineRecord } from './inline-cache.ts';
import { doRun, mountChecksums, runIdentity } from './do-run.ts';
import { putStageImage } from './stage-image.ts';
import { stepOutcome, type StepOutcome, type StepWork } from './step-outcome.ts';

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
    if (stage.problem !== undefined) throw stage.problem;
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
  const planned = [...triggers, ...stage.instructions, ...labelInstructions(session, stage)];
  for (const one of planned) result = await buildStep(work, result, one);
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
  const { step, state } = readStep(work, before, planned);
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
    if (planned.problem !== undefined) throw planned.problem;
    const attempt = { session, stage, before, planned, step, state, line };
    const done = await doStep(attempt);
    const { outcome } = done;
    const result = withOutcome(attempt, done);
    const imageId =
      session.options.version === 1 ? await putStageImage(session, result) : undefined;
    line.done({ isCached: outcome.isCached, imageId });
    return { ...result, imageId };
  } catch (error) {
    line.failed(error);
    if (signal.aborted) throw error;
    throw withSource(error, {
      ranges: [step.range],
      source: plan.dockerfile.source,
    });
  }
}

/** Before the classic builder tells of a mistake, it tells which step it is at. */
function readStep(
  { session }: StageWork,
  { state }: StageResult,
  planned: PlannedInstruction,
): NextStep {
  const { plan, progress, steps, options } = session;
  try {
    return nextStep({ plan, state, planned });
  } catch (error) {
    if (options.version === 1)
      progress.step({
        name: '',
        classicText: planned.instruction.code,
        number: steps.next,
        total: steps.total,
        kind: 'config',
        isShown: false,
      });
    throw error;
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

interface DoneStep {
  readonly outcome: StepOutcome;
  /** Of its record in the cache. */
  readonly entryKey: string;
  /** What the next step's grows from. */
  readonly key: string;
  readonly sourceHash?: string;
}

async function doStep(attempt: StepAttempt): Promise<DoneStep> {
  const { session, stage, before, step } = attempt;
  const { identity, make, sourceHash } = await prepareStep(attempt);
  const isClassic = session.options.version === 1;
  // The classic builder's steps follow one another; BuildKit's file systems do, whatever stands between them.
  const own = isClassic ? [step.classicText, attempt.state.config, attempt.state.author] : [];
  const key = await cacheKey([before.key, step.kind, identity, own]);
  const work = {
    key,
    description: step.createdBy ?? step.text,
    isInternal: step.kind === 'config',
    useCache: !stage.noCache,
    make,
  };
  const outcome =
    isClassic && session.options.cacheFrom.length > 0
      ? await classicOutcome(attempt, work, sourceHash)
      : await stepOutcome(session, before, work);
  const advances = isClassic || step.kind !== 'config';
  return {
    outcome,
    entryKey: key,
    key: advances ? key : before.key,
    ...(sourceHash === undefined ? {} : { sourceHash }),
  };
}

/** With `--cache-from`, the images it names are all the cache there is. */
async function classicOutcome(
  { session, before, step }: StepAttempt,
  work: StepWork,
  sourceHash = '',
): Promise<StepOutcome> {
  const createdBy = classicHistory(step, { config: before.state.config, sourceHash });
  const cached = work.useCache ? await fromImageHistory(session, before, createdBy) : undefined;
  return cached ?? stepOutcome(session, before, { ...work, useCache: false });
}

interface PreparedStep {
  /** What the result depends on, beside what it starts from. */
  readonly identity: unknown;
  readonly make: () => Promise<LayerInfo | undefined>;
  /** Of COPY and ADD, as the classic builder's history has it: `file:<hash>`, `dir:<hash>`. */
  readonly sourceHash?: string;
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
      const { sum, sourceKind, entries } = await copyIdentity(session, before, step);
      return {
        identity: [step.destination, sum],
        make: async () => storeEntries(session, await entries()),
        sourceHash: `${sourceKind}:${digestHex(sum)}`,
      };
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
  { outcome: { layer, created }, key, entryKey, sourceHash = '' }: DoneStep,
): StageResult {
  const isClassic = session.options.version === 1;
  const createdBy = isClassic
    ? classicHistory(step, { config: before.state.config, sourceHash })
    : step.createdBy;
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
  const record: InlineRecord = {
    id: entryKey,
    parent: before.key,
    type: step.kind === 'config' ? 'internal' : 'regular',
    description: step.createdBy ?? step.text,
    ...(layer === undefined ? {} : { layer: before.diffIds.length }),
    created,
  };
  return {
    ...before,
    state,
    key,
    created,
    records: [...before.records, record],
    diffIds: layer === undefined ? before.diffIds : [...before.diffIds, layer.diffId],
    history: createdBy === undefined ? before.history : [...before.history, entry],
  };
}
