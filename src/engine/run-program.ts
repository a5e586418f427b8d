/** Runs a program of the machine's own, without a container, and collects what it says. */
import { collectText } from '../guest/collect-text.ts';
import type { Guest } from '../guest/guest.ts';
import type { SetupPlan } from '../guest/plan.ts';
import { defaultPath } from './spec/environment.ts';

export interface ProgramResult {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** The first of `argv` is found in the machine's PATH. */
export async function runProgram(
  guest: Guest,
  argv: readonly [string, ...string[]],
  cause: string,
): Promise<ProgramResult> {
  const [path] = argv;
  const plan: SetupPlan = {
    before: [],
    clone: { namespaces: [] },
    child: [
      { operation: { op: 'setsid' }, cause },
      { operation: { op: 'exec', path, argv, env: [`PATH=${defaultPath}`] }, cause },
    ],
  };
  const stdio = { stdin: false, stdout: true, stderr: true };
  const process = await guest.run(plan, { stdio });
  const [output, errors, status] = await Promise.all([
    collectText(process.stdout),
    collectText(process.stderr),
    process.exit,
  ]);
  return { code: status.code, output, errors };
}
