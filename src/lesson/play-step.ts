/** What happens on the machine when a step is entered, solved or put back. */
import type { LessonFile, Script, SolutionPart, Step } from './course.ts';
import type { LessonMachine, ScriptResult } from './lesson-machine.ts';
import { quoteShell, saveCommand } from './shell-words.ts';

/** Writes the step's files and runs its start script. */
export async function enterStep(
  step: Step,
  machine: LessonMachine,
): Promise<StepFailure | undefined> {
  for (const file of step.files) {
    const result = await machine.run(writeCommand(file));
    if (result.exitCode !== 0) return failure(file, `Writing "${file.path}"`, result);
  }
  return runScript(step.start, 'The start script', machine);
}

/** Does what the learner is asked to do, in one shell, so that directories and variables last. */
export async function solveStep(
  step: Step,
  machine: LessonMachine,
): Promise<StepFailure | undefined> {
  if (step.solution.length === 0) return undefined;
  const result = await machine.run(solutionScript(step.solution));
  if (result.exitCode === 0) return undefined;
  const stopped = Number(/\nbottleship: stopped at (\d+)\n$/.exec(result.stderr)?.[1] ?? 0);
  const part = step.solution[stopped] ?? step.solution[0];
  const stderr = result.stderr.replace(/\nbottleship: stopped at \d+\n$/, '');
  return failure(part ?? step.position, 'The solution', { ...result, stderr });
}

export async function resetStep(
  step: Step,
  machine: LessonMachine,
): Promise<StepFailure | undefined> {
  return (await runScript(step.reset, 'The reset script', machine)) ?? enterStep(step, machine);
}

export interface StepFailure {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

async function runScript(
  script: Script | undefined,
  name: string,
  machine: LessonMachine,
): Promise<StepFailure | undefined> {
  if (script === undefined) return undefined;
  const result = await machine.run(`bash -e -c ${quoteShell(script.text)} </dev/null`);
  return result.exitCode === 0 ? undefined : failure(script, name, result);
}

function writeCommand({ path, content, mode }: LessonFile): string {
  return `${saveCommand(path, content)}chmod ${mode.toString(8)} ${quoteShell(path)}`;
}

/** One script of all parts that tells, when it stops, at which. */
function solutionScript(parts: readonly SolutionPart[]): string {
  const steps = parts.map(({ text, fails }, index) => {
    // A command that is meant to fail has a shell of its own, in which nothing stops at the first error.
    const code = fails
      ? `if (set +e\n${text}\n) </dev/null; then echo 'It was meant to fail' >&2; exit 1; fi`
      : text;
    return `bottleship_part=${index}\n${code}`;
  });
  const report = `trap 'code=$?; [ $code = 0 ] || printf "\\nbottleship: stopped at %s\\n" "$bottleship_part" >&2; exit $code' EXIT`;
  return `exec </dev/null\nset -e\n${report}\n${steps.join('\n')}`;
}

function failure(
  at: StepFailure | Script | LessonFile | Step['position'],
  name: string,
  result: ScriptResult,
): StepFailure {
  const said = `${result.stderr}\n${result.stdout}`.trim().split('\n').slice(-3).join(' / ');
  const message = `${name} ended with ${result.exitCode}${said === '' ? '' : `: ${said}`}`;
  return { file: at.file, line: at.line, message };
}
