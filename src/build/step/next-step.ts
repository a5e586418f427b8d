/** One instruction: what there is to do, and what the stage is afterwards. Pure. */
import type { ContainerConfig } from '../../api/container.ts';
import { checkConfig } from '../check/check-config.ts';
import { checkSecretName } from '../check/check-secrets.ts';
import { reportUndefined } from '../check/check-variables.ts';
import { expandText } from '../expand/expand-word.ts';
import type { ConfigInstruction, Instruction, InstructionSource } from '../instruction.ts';
import { withSource, type SourceRange } from '../source.ts';
import { applyConfig, joinDirectory } from './apply-config.ts';
import type { BuildStep, ConfigStep, StageState } from './build-step.ts';
import { copyStep } from './copy-step.ts';
import { environmentMap } from './environment.ts';
import { expandConfig } from './expand-config.ts';
import { classicComment } from './classic-history.ts';
import { configHistory } from './history.ts';
import { runStep } from './run-step.ts';
import type { StepContext } from './step-context.ts';
import { stepText } from './step-name.ts';

export interface NextStep {
  readonly step: BuildStep;
  readonly state: StageState;
}

/** Rejects with a `SourceError`. */
export function nextStep(context: StepContext): NextStep {
  const { plan, planned } = context;
  try {
    return stepOf(planned.instruction, context);
  } catch (error) {
    const { source } = plan.dockerfile;
    throw withSource(error, { ranges: [planned.instruction.range], source });
  }
}

function stepOf(instruction: Instruction, context: StepContext): NextStep {
  const { state } = context;
  switch (instruction.name) {
    case 'RUN':
      return { step: runStep(instruction, context), state };
    case 'COPY':
    case 'ADD':
      return { step: copyStep(instruction, context), state };
    case 'ARG':
      return declareArgs(instruction, context);
    case 'MAINTAINER': {
      const createdBy = `MAINTAINER ${instruction.text}`;
      const next = { ...state, author: instruction.text };
      return { step: configStep(context, { createdBy, classicComment: createdBy }), state: next };
    }
    case 'SHELL': {
      const config = { ...state.config, Shell: [...instruction.shell] };
      const createdBy = `SHELL [${instruction.shell.join(' ')}]`;
      return {
        step: configStep(context, { createdBy, classicComment: createdBy }),
        state: { ...state, config },
      };
    }
    default:
      return changeConfig(instruction, context);
  }
}

function changeConfig(
  instruction: ConfigInstruction & InstructionSource,
  context: StepContext,
): NextStep {
  const { state, plan } = context;
  checkConfig(instruction, context);
  const { escape } = plan.dockerfile;
  const report = (names: ReadonlySet<string>) => reportUndefined(names, context);
  const expanded = expandConfig(instruction, { env: state.env, escape, report });
  const hasCommand = state.lastOf.CMD !== undefined;
  const applied = applyConfig(state.config, expanded, { hasCommand });
  const config =
    plan.options.isClassic === true ? withWorkdirAsWritten(expanded, applied) : applied;
  const next = { ...state, config, ...changedState(expanded, instruction.range, state) };
  const plain = configStep(context, {
    createdBy: configHistory(expanded, config),
    classicComment: classicComment(expanded, config),
  });
  if (instruction.name !== 'WORKDIR' || config.WorkingDir === '/')
    return { step: plain, state: next };
  const { name: _name, ...source } = plain;
  const path = joinDirectory('', config.WorkingDir ?? '/');
  const text = stepText(instruction.code, { env: state.env, escape });
  const step = { ...source, text, kind: 'workdir', path, user: config.User ?? '' } as const;
  return { step, state: next };
}

/** The classic builder cleans a relative path alone. */
function withWorkdirAsWritten(
  instruction: ConfigInstruction,
  config: ContainerConfig,
): ContainerConfig {
  const isAbsolute = instruction.name === 'WORKDIR' && instruction.text.startsWith('/');
  return isAbsolute ? { ...config, WorkingDir: instruction.text } : config;
}

/** What else than the configuration an instruction changes. */
function changedState(
  instruction: ConfigInstruction,
  range: SourceRange,
  { env, lastOf }: StageState,
): Partial<StageState> {
  switch (instruction.name) {
    case 'CMD':
    case 'ENTRYPOINT':
    case 'HEALTHCHECK':
      return { lastOf: { ...lastOf, [instruction.name]: range } };
    case 'WORKDIR':
      return { hasWorkdir: true };
    case 'ENV': {
      const variables = instruction.pairs.map(({ key, value }) => [key, value] as const);
      return { env: new Map([...env, ...variables]) };
    }
    default:
      return {};
  }
}

/** A value of `--build-arg` wins over a default, a default over what came before the first FROM. */
function declareArgs(
  instruction: Extract<Instruction, { readonly name: 'ARG' }>,
  context: StepContext,
): NextStep {
  const { plan, state } = context;
  const { escape } = plan.dockerfile;
  const args = new Map(state.args);
  let env = state.env;
  const shown: string[] = [];
  const defaults: string[] = [];
  const fixed = environmentMap(state.config.Env);
  for (const { key, value } of instruction.args) {
    checkSecretName('ARG', key, context);
    const given = plan.options.buildArgs.get(key);
    let result = given ?? (value === undefined ? plan.globalArgs.get(key) : undefined);
    const written = value === undefined ? undefined : expandText(value, { env, escape });
    if (given === undefined && written !== undefined) {
      reportUndefined(written.unmatched, { ...context, state: { ...state, env, args } });
      result = written.text;
    }
    // ENV always wins, wherever it stands.
    if (result !== undefined && !fixed.has(key)) env = new Map([...env, [key, result]]);
    args.set(key, result);
    shown.push(result === undefined ? key : `${key}=${result}`);
    defaults.push(written === undefined ? key : `${key}=${written.text}`);
  }
  // The classic builder tells what the Dockerfile says, whatever --build-arg gives.
  const step = configStep(context, {
    createdBy: `ARG ${shown.join(' ')}`,
    classicComment: `ARG ${defaults.join(' ')}`,
  });
  return { step, state: { ...state, args, env } };
}

interface StepWords {
  readonly createdBy: string | undefined;
  readonly classicComment: string;
}

function configStep({ planned }: StepContext, words: StepWords): ConfigStep {
  const { name, range, code } = planned.instruction;
  const base = { range, ...words, isOnBuild: planned.isOnBuild };
  return { ...base, kind: 'config', name, text: code, classicText: code };
}
