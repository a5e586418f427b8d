/** Runs a program of the machine that reads what it has to do from its standard input. */
import { collectText } from './collect-text.ts';
import type { Guest } from './guest.ts';
import type { SetupPlan } from './plan.ts';

export interface ProgramEnd {
  readonly code: number;
  /** What it said on stderr. */
  readonly complaint: string;
}

/** Resolves when it ended, however that is. Rejects when the plan cannot be carried out. */
export async function feedProgram(
  guest: Guest,
  plan: SetupPlan,
  input: string,
): Promise<ProgramEnd> {
  const process = await guest.run(plan, { stdio: { stdin: true, stdout: false, stderr: true } });
  const writer = process.stdin.getWriter();
  // One that ends before it has read everything tells why by its code.
  const written = writer
    .write(new TextEncoder().encode(input))
    .then(() => writer.close())
    .catch(() => undefined);
  const [complaint, { code }] = await Promise.all([
    collectText(process.stderr),
    process.exit,
    written,
  ]);
  return { code, complaint: complaint.trim() };
}
