/** Running plans that tidy up: as one when all goes well, step by step when something is amiss. */
import type { Guest } from '../guest/guest.ts';
import type { SetupStep } from '../guest/plan.ts';

/**
 * One plan ends at its first failure, and a tidying step may well find its work done. So on failure
 * each step gets a plan of its own; what fails then is left as it is.
 */
export async function applyEach(guest: Guest, steps: readonly SetupStep[]): Promise<void> {
  try {
    await guest.apply({ before: steps });
  } catch {
    for (const step of steps) await guest.apply({ before: [step] }).catch(() => {});
  }
}
