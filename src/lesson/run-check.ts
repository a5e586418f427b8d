/** Whether a check's condition holds on the machine, right now. */
import { errorMessage } from '../lib/errors.ts';
import type { Check } from './course.ts';
import { isTrueOf, stateKeysOf } from './engine-expression.ts';
import { readEngineState, type LessonMachine } from './lesson-machine.ts';
import { quoteShell } from './shell-words.ts';

export interface CheckResult {
  readonly passed: boolean;
  /** What the script printed, or what is wrong with the expression. */
  readonly detail: string;
}

/** A check that takes longer has failed: it runs again soon anyway. */
export const checkTimeoutSeconds = 10;

/** Characters kept of what a script printed. */
const detailLengthMax = 2000;

/** Rejects only when the machine is gone. */
export async function runCheck(check: Check, machine: LessonMachine): Promise<CheckResult> {
  const { condition } = check;
  if (condition.kind === 'script') {
    const command = `timeout ${checkTimeoutSeconds} bash -c ${quoteShell(condition.text)} </dev/null`;
    const { exitCode, stdout, stderr } = await machine.run(command);
    return { passed: exitCode === 0, detail: (stdout + stderr).slice(0, detailLengthMax) };
  }
  const state = await readEngineState(machine, stateKeysOf(condition.expression));
  try {
    return { passed: isTrueOf(condition.expression, state), detail: '' };
  } catch (error) {
    return { passed: false, detail: errorMessage(error) };
  }
}
