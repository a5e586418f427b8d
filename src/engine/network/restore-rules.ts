/** Runs the machine's own iptables-restore, which reads rules and puts them into the kernel as a whole. */
import { feedProgram } from '../../guest/feed-program.ts';
import type { Guest } from '../../guest/guest.ts';
import type { SetupPlan, SetupStep } from '../../guest/plan.ts';
import { KindError } from '../../lib/errors.ts';
import { defaultPath } from '../spec/environment.ts';
import { step } from '../spec/step.ts';

export interface RestoreOptions {
  /** `ip6tables` are tables of their own. */
  readonly program: 'iptables' | 'ip6tables';
  /** The network namespace of a process; the machine's own when absent. */
  readonly netnsPid?: number;
  /** For the learner who looks. */
  readonly cause: string;
}

/** `--noflush`: what is not named stays. Rejects with what the program said. */
export async function restoreRules(
  guest: Guest,
  text: string,
  { program, netnsPid, cause }: RestoreOptions,
): Promise<void> {
  const path = `${program}-restore`;
  const join: SetupStep[] =
    netnsPid === undefined
      ? []
      : [step({ op: 'setns', pid: netnsPid, namespaces: ['net'] }, cause)];
  const plan: SetupPlan = {
    before: [],
    clone: { namespaces: [], join },
    child: [
      step({ op: 'setsid' }, cause),
      step(
        {
          op: 'exec',
          path,
          argv: [path, '--noflush', '--wait'],
          env: [`PATH=${defaultPath}`],
        },
        cause,
      ),
    ],
  };
  const { code, complaint } = await feedProgram(guest, plan, text);
  if (code === 0) return;
  throw new KindError('system', `${program} failed: ${complaint} (exit status ${code})`);
}
