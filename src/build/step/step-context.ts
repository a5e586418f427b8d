/** What an instruction is read with. */
import type { Findings } from '../check/findings.ts';
import type { BuildPlan, PlannedInstruction } from '../plan/build-plan.ts';
import type { StageState } from './build-step.ts';

export interface StepContext {
  readonly plan: BuildPlan;
  readonly state: StageState;
  readonly planned: PlannedInstruction;
  /** Where build checks report; none are made where undefined. */
  readonly findings?: Findings;
  /** `.dockerignore`: whether a path of the context is left out. For a check. */
  readonly isIgnored?: (path: string) => boolean;
}
