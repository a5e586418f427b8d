/** From a Dockerfile and options to what is to be built. */
import { parsePlatform } from '../../image/platform.ts';
import { errorMessage, KindError } from '../../lib/errors.ts';
import { goQuote } from '../../lib/go-quote.ts';
import { suggestion } from '../../lib/suggest.ts';
import { expandText } from '../expand/expand-word.ts';
import type { Dockerfile, Stage } from '../instruction.ts';
import { SourceError, withSource } from '../source.ts';
import type { BuildPlan, PlannedInstruction, PlannedStage, PlanOptions } from './build-plan.ts';
import { globalArgs } from './global-args.ts';
import { planInstruction, stageDependencies } from './plan-instruction.ts';
import { refuseCircles, stageOrder } from './stage-order.ts';
import { nameScope, resolveImage } from './stage-names.ts';

/** Rejects with a `SourceError`, or `invalidParameter` for a target that is not there. */
export function planBuild(dockerfile: Dockerfile, options: PlanOptions): BuildPlan {
  if (dockerfile.stages.length === 0)
    throw new KindError('invalidParameter', 'dockerfile contains no stages to build');
  const args = globalArgs(dockerfile, options);
  const heads = stageHeads(dockerfile, options, args);
  const target = findTarget(dockerfile, options.target);
  const scope = nameScope(dockerfile, options);
  const bodies = dockerfile.stages.map((stage) =>
    stage.instructions.map((instruction) =>
      planInstruction(instruction, { dockerfile, scope, isClassic: options.isClassic === true }),
    ),
  );
  const isSingle = dockerfile.stages.length + strangers(bodies) === 1;
  const stages = heads.map((head, index): PlannedStage => {
    const instructions = head.isReplaced ? [] : (bodies[index] ?? []);
    const { stageName } = head.stage;
    return {
      index,
      stage: head.stage,
      label: isSingle ? '' : stageName === '' ? `stage-${index}` : stageName,
      base: head.base,
      baseName: head.baseName,
      platform: head.platform,
      instructions,
      dependsOn: stageDependencies(head.base, instructions),
      noCache: options.noCache === true || options.noCache.includes(stageName),
      ...(head.problem === undefined ? {} : { problem: head.problem }),
    };
  });
  refuseCircles(stages, dockerfile);
  const order = stageOrder(stages, options.allStages === true ? undefined : target);
  const plan = { dockerfile, stages, target, order, globalArgs: args, options };
  if (options.isClassic === true) return { ...plan, stages: stages.map(withoutLaterStages) };
  refuseLaterStages(plan);
  return plan;
}

interface StageHead {
  readonly stage: Stage;
  readonly base: PlannedStage['base'];
  readonly baseName: string;
  readonly platform: string | undefined;
  /** A named context of the stage's own name stands for all of it. */
  readonly isReplaced: boolean;
  readonly problem?: Error;
}

/** A stage's base is one before it; a name that none has yet is an image's. */
function stageHeads(
  dockerfile: Dockerfile,
  options: PlanOptions,
  args: ReadonlyMap<string, string>,
): StageHead[] {
  const known = new Map<string, number>();
  return dockerfile.stages.map((stage, index) => {
    try {
      const head = stageHead(stage, { dockerfile, options, args, known });
      if (stage.stageName !== '') known.set(stage.stageName, index);
      return head;
    } catch (error) {
      const problem = withSource(error, { ranges: [stage.range], source: dockerfile.source });
      if (options.isClassic !== true) throw problem;
      const base = { kind: 'scratch' } as const;
      return { stage, base, baseName: '', platform: undefined, isReplaced: false, problem };
    }
  });
}

interface HeadScope {
  readonly dockerfile: Dockerfile;
  readonly options: PlanOptions;
  readonly args: ReadonlyMap<string, string>;
  readonly known: ReadonlyMap<string, number>;
}

function stageHead(stage: Stage, scope: HeadScope): StageHead {
  const { dockerfile, options, args, known } = scope;
  const expansion = { env: args, escape: dockerfile.escape };
  const { text: baseName } = expandText(stage.baseName, expansion);
  if (baseName === '')
    throw new KindError('invalidParameter', `base name (${stage.baseName}) should not be blank`);
  const platform = stage.platform === '' ? undefined : stagePlatform(stage, scope);
  const replacement = options.namedContexts.get(stage.stageName);
  if (stage.stageName !== '' && stage.stageName !== 'scratch' && replacement !== undefined) {
    const base = { kind: 'named', name: stage.stageName, value: replacement } as const;
    return { stage, base, baseName, platform, isReplaced: true };
  }
  const index = known.get(baseName);
  const base =
    index === undefined
      ? resolveImage(baseName, {
          namedContexts: options.namedContexts,
          ...(platform === undefined ? {} : { platform }),
        })
      : ({ kind: 'stage', index } as const);
  return { stage, base, baseName, platform, isReplaced: false };
}

function stagePlatform(stage: Stage, { dockerfile, args }: HeadScope): string {
  const expansion = { env: args, escape: dockerfile.escape };
  const { text, unmatched } = expandText(stage.platform, expansion);
  const names = [...args.keys()];
  const hints = [...unmatched].map((name) => suggestion(name, names, { caseSensitive: true }));
  const hint = hints.find((words) => words !== '') ?? '';
  if (text === '')
    throw new KindError(
      'invalidParameter',
      `empty platform value from expression ${stage.platform}${hint}`,
    );
  try {
    parsePlatform(text);
  } catch (cause) {
    const message = `failed to parse platform ${stage.platform}: ${errorMessage(cause)}${hint}`;
    throw new KindError('invalidParameter', message, { cause });
  }
  return text;
}

function findTarget({ stages }: Dockerfile, target: string | undefined): number {
  if (target === undefined || target === '') return stages.length - 1;
  const index = stages.findLastIndex(({ stageName }) => stageName === target.toLowerCase());
  if (index >= 0) return index;
  const labels = stages.map(({ stageName }, at) => (stageName === '' ? `stage-${at}` : stageName));
  const hint = suggestion(target, labels, { caseSensitive: true });
  const message = `target stage ${goQuote(target)} could not be found${hint}`;
  throw new KindError('invalidParameter', message);
}

/** Images and contexts that instructions name: Docker counts each as a stage when it names the steps. */
function strangers(bodies: readonly (readonly PlannedInstruction[])[]): number {
  return bodies.flat().filter(({ instruction, from, mountsFrom }) => {
    if (instruction.name === 'COPY') return instruction.from !== undefined && from.kind !== 'stage';
    return mountsFrom.some((source) => source?.kind !== 'stage');
  }).length;
}

/** The classic builder has no stages but those before, and tells so when it comes to the step. */
function withoutLaterStages(stage: PlannedStage): PlannedStage {
  const instructions = stage.instructions.map((planned): PlannedInstruction => {
    const { from } = planned;
    if (from.kind !== 'stage' || from.index < stage.index) return planned;
    const reason =
      from.index === stage.index ? 'refers to current build stage' : 'index out of bounds';
    const message = `invalid from flag value ${from.index}: ${reason}`;
    return { ...planned, problem: new KindError('invalidParameter', message) };
  });
  return { ...stage, instructions };
}

function refuseLaterStages({ stages, order, dockerfile }: BuildPlan): void {
  for (const index of order) {
    const stage = stages[index];
    for (const planned of stage?.instructions ?? []) {
      const { instruction, from } = planned;
      const place = { ranges: [instruction.range], source: dockerfile.source };
      if (from.kind === 'stage' && from.index >= index && instruction.name === 'COPY') {
        const [source, own] = [goQuote(instruction.from ?? ''), goQuote(stage?.label ?? '')];
        throw new SourceError(
          `cannot copy from stage ${source}, it needs to be defined before current stage ${own}`,
          place,
        );
      }
      const later = planned.mountsFrom.find(
        (source) => source?.kind === 'stage' && source.index >= index,
      );
      if (later?.kind === 'stage') {
        const name = goQuote(stages[later.index]?.label ?? '');
        throw new SourceError(
          `cannot mount from stage ${name}, stage needs to be defined before current command`,
          place,
        );
      }
    }
  }
}
