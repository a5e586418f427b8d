/** How far a learner is in a step: which checks passed, which are open, and whether the next step is. Pure. */
import type { Check, Step } from './course.ts';

export interface StepProgress {
  /** Ids of checks that passed; once passed they stay so. */
  readonly passed: ReadonlySet<string>;
  /** Ids of checks to look at now. */
  readonly open: readonly Check[];
  readonly points: number;
  readonly pointsToGoOn: number;
  readonly mayGoOn: boolean;
}

export function stepProgress(step: Step, passed: ReadonlySet<string>): StepProgress {
  const points = step.checks
    .filter(({ id }) => passed.has(id))
    .reduce((sum, check) => sum + check.points, 0);
  return {
    passed,
    open: step.checks.filter(
      ({ id, after }) => !passed.has(id) && after.every((other) => passed.has(other)),
    ),
    points,
    pointsToGoOn: step.pointsToGoOn,
    mayGoOn: points >= step.pointsToGoOn,
  };
}
