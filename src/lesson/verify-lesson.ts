/**
 * Plays a lesson as a learner would who does everything right, and proves its checks: each fails before the step's
 * solution ran and passes after it.
 */
import type { Lesson, LessonProblem, Step } from './course.ts';
import type { LessonMachine } from './lesson-machine.ts';
import { enterStep, solveStep } from './play-step.ts';
import { runCheck } from './run-check.ts';

export interface VerifyOptions {
  readonly machine: LessonMachine;
  /** Told as each step begins and ends. */
  readonly onStep?: (step: Step, problems: readonly LessonProblem[]) => void;
  readonly wait?: (milliseconds: number) => Promise<void>;
}

/** What a check may need until what the solution began is there, a server that starts for instance. */
const settleAttemptsMax = 20;
const settleIntervalMs = 500;

/** Steps build on one another: the first that fails is the last that is played. */
export async function verifyLesson(
  lesson: Lesson,
  options: VerifyOptions,
): Promise<LessonProblem[]> {
  for (const step of lesson.steps) {
    const problems = await verifyStep(step, options);
    options.onStep?.(step, problems);
    if (problems.length > 0) return problems;
  }
  return [];
}

async function verifyStep(step: Step, options: VerifyOptions): Promise<LessonProblem[]> {
  const { machine } = options;
  const entered = await enterStep(step, machine);
  if (entered !== undefined) return [entered];
  const early: LessonProblem[] = [];
  for (const check of step.checks) {
    const { passed } = await runCheck(check, machine);
    if (!passed) continue;
    const message = `Check "${check.id}" passes before the solution ran`;
    early.push({ file: check.file, line: check.line, message });
  }
  if (early.length > 0) return early;
  const solved = await solveStep(step, machine);
  if (solved !== undefined) return [solved];
  const late: LessonProblem[] = [];
  for (const check of step.checks) {
    const detail = await settle(check, options);
    if (detail === undefined) continue;
    const message = `Check "${check.id}" fails after the solution ran${detail === '' ? '' : `: ${detail.trim()}`}`;
    late.push({ file: check.file, line: check.line, message });
  }
  return late;
}

/** Undefined once the check passed, else what its last attempt said. */
async function settle(
  check: Step['checks'][number],
  { machine, wait = delay }: VerifyOptions,
): Promise<string | undefined> {
  let detail = '';
  for (let attempt = 0; attempt < settleAttemptsMax; attempt += 1) {
    if (attempt > 0) await wait(settleIntervalMs);
    const result = await runCheck(check, machine);
    if (result.passed) return undefined;
    detail = result.detail;
  }
  return detail;
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
