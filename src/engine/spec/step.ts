/** A step of a setup plan: what is done, and why, in one sentence for a learner. */
import type { SetupOperation, SetupStep } from '../../guest/plan.ts';

export function step(operation: SetupOperation, cause: string): SetupStep {
  return { operation, cause };
}
