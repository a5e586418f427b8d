/** Where one instruction takes its files from. */
import { KindError } from '../../lib/errors.ts';
import { expandWord } from '../expand/expand-word.ts';
import type { Dockerfile, Instruction } from '../instruction.ts';
import { parseTrigger } from '../parse/parse-dockerfile.ts';
import { mountFrom } from '../parse/run-instruction.ts';
import { withSource } from '../source.ts';
import type { BuildPlan, PlannedInstruction, PlannedStage, SourceReference } from './build-plan.ts';
import { nameScope, resolveFrom, type NameScope } from './stage-names.ts';

export interface InstructionScope {
  readonly dockerfile: Dockerfile;
  readonly scope: NameScope;
  readonly isClassic: boolean;
}

/** Rejects with a `SourceError`. */
export function planInstruction(
  instruction: Instruction,
  { dockerfile, scope, isClassic }: InstructionScope,
): PlannedInstruction {
  const context = { kind: 'context' } as const;
  const nothing = { instruction, from: context, mountsFrom: [], isOnBuild: false };
  try {
    if (instruction.name === 'RUN') {
      const mountsFrom = instruction.mounts.map((mount) => {
        const from = mountFrom(mount);
        return from === undefined ? undefined : resolveMountFrom(from, scope);
      });
      return { ...nothing, mountsFrom };
    }
    if (instruction.name === 'COPY' && instruction.from !== undefined) {
      refuseVariables(instruction.from, dockerfile.escape);
      const from = { ...scope, isClassic };
      return { ...nothing, from: resolveFrom(instruction.from, from) };
    }
    return nothing;
  } catch (error) {
    const problem = withSource(error, { ranges: [instruction.range], source: dockerfile.source });
    if (isClassic) return { ...nothing, problem };
    throw problem;
  }
}

/** The base image's triggers as instructions of the stage, and which stages they need beyond. */
export function planOnBuild(
  plan: BuildPlan,
  stage: PlannedStage,
  triggers: readonly string[],
): { instructions: PlannedInstruction[]; dependsOn: readonly number[] } {
  const { dockerfile, options } = plan;
  const { range } = stage.stage;
  try {
    const instructions = triggers.map((trigger) => ({
      ...planInstruction(parseTrigger(trigger, range), {
        dockerfile,
        scope: nameScope(dockerfile, options),
        isClassic: options.isClassic === true,
      }),
      isOnBuild: true,
    }));
    return { instructions, dependsOn: stageDependencies({ kind: 'scratch' }, instructions) };
  } catch (error) {
    throw withSource(error, { ranges: [range], source: dockerfile.source });
  }
}

/** Indexes of the stages it takes from, each once. */
export function stageDependencies(
  base: SourceReference,
  instructions: readonly PlannedInstruction[],
): number[] {
  const sources = [base, ...instructions.flatMap(({ from, mountsFrom }) => [from, ...mountsFrom])];
  const indexes = sources.flatMap((source) => (source?.kind === 'stage' ? [source.index] : []));
  return [...new Set(indexes)].sort((a, b) => a - b);
}

/** Mounts know no indexes. */
function resolveMountFrom(from: string, scope: NameScope): SourceReference {
  const index = scope.stages.get(from.toLowerCase());
  if (index !== undefined) return { kind: 'stage', index };
  return resolveFrom(from, { ...scope, stages: new Map(), isClassic: false });
}

function refuseVariables(from: string, escape: string): void {
  if (expandWord(from, { env: new Map(), escape }) === from) return;
  const message =
    'variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround';
  throw new KindError('invalidParameter', message);
}
