/** All checks of a build, without building. */
import type { BuildPlan, PlannedStage } from '../plan/build-plan.ts';
import { planOnBuild } from '../plan/plan-instruction.ts';
import type { BuildStep, StageState } from '../step/build-step.ts';
import { nextStep } from '../step/next-step.ts';
import { startStage, type StageBase } from '../step/start-stage.ts';
import { checkStages } from './check-stages.ts';
import { Findings, parseCheckConfig } from './findings.ts';

export interface CheckOptions {
  /** The base images' configurations, by stage; a stage without one is checked as if from scratch. */
  readonly bases: ReadonlyMap<number, Extract<StageBase, { readonly kind: 'image' }>>;
  /** `.dockerignore`: whether a path of the context is left out. */
  readonly isIgnored?: (path: string) => boolean;
  /** `BUILDKIT_DOCKERFILE_CHECK`: in the directive's place. */
  readonly config?: string;
  /** Told of each step of the stages that are looked at. */
  readonly onStep?: (step: BuildStep) => void;
}

/** Rejects with a `SourceError` for what no build could do. */
export function checkBuild(plan: BuildPlan, options: CheckOptions): Findings {
  const directive = plan.dockerfile.directives.find(({ name }) => name === 'check')?.value;
  // The directive's value ends at its first space.
  const findings = new Findings(parseCheckConfig(options.config ?? directive?.split(' ')[0] ?? ''));
  checkStages(plan, findings);
  const states = new Map<number, StageState>();
  for (const index of plan.order) {
    const stage = plan.stages[index];
    if (stage !== undefined)
      states.set(index, checkStage(stage, { plan, options, findings, states }));
  }
  return findings;
}

interface StageScope {
  readonly plan: BuildPlan;
  readonly options: CheckOptions;
  readonly findings: Findings;
  readonly states: ReadonlyMap<number, StageState>;
}

function checkStage(stage: PlannedStage, scope: StageScope): StageState {
  const { plan, options, findings } = scope;
  const base = baseOf(stage, scope);
  let state = startStage(base);
  const { instructions } = planOnBuild(plan, stage, triggersOf(base));
  for (const planned of [...instructions, ...stage.instructions]) {
    const { isIgnored } = options;
    const context = { plan, state, planned, findings, ...(isIgnored ? { isIgnored } : {}) };
    const next = nextStep(context);
    ({ state } = next);
    options.onStep?.(next.step);
  }
  return state;
}

function baseOf({ base, index }: PlannedStage, { options, states }: StageScope): StageBase {
  const state = base.kind === 'stage' ? states.get(base.index) : undefined;
  if (state !== undefined) return { kind: 'stage', state };
  return options.bases.get(index) ?? { kind: 'scratch' };
}

/** What a base leaves for those that build on it. */
export function triggersOf(base: StageBase): readonly string[] {
  if (base.kind === 'scratch') return [];
  const config = base.kind === 'image' ? base.config : base.state.config;
  return config.OnBuild ?? [];
}
