/** The last steps before a program runs, the same for a container's first process and for exec. */
import type { SetupStep } from '../../guest/plan.ts';
import type { SpecProcess } from './runtime-spec.ts';
import { step } from './step.ts';

/**
 * Without no_new_privs a filter needs CAP_SYS_ADMIN to install, so it comes before the capabilities
 * go; with it, it comes last and covers less of our own work.
 */
export function processSteps(process: SpecProcess): SetupStep[] {
  const { user, capabilities } = process;
  const seccomp: SetupStep[] =
    process.seccomp === undefined
      ? []
      : [
          step(
            { op: 'seccomp', ...process.seccomp },
            'Refuse the system calls that containers have no business with',
          ),
        ];
  return [
    ...process.rlimits.map(({ type, soft, hard }) =>
      step({ op: 'rlimit', resource: type, soft, hard }, 'A limit on each process'),
    ),
    step(
      { op: 'chdir', path: process.cwd, create: false },
      'Go to the working directory while every door is open',
    ),
    step({ op: 'umask', mask: 0o022 }, 'Start from the usual mask for new files'),
    ...(process.noNewPrivileges
      ? [step({ op: 'noNewPrivileges' }, 'No set-user-ID program may add privileges')]
      : seccomp),
    step(
      { op: 'capabilities', ...capabilities },
      'Being root in here must not mean being root of the machine',
    ),
    step(
      { op: 'setUser', uid: user.uid, gid: user.gid, groups: user.additionalGids },
      'Become the user that the image or -u names',
    ),
    ...(process.noNewPrivileges ? seccomp : []),
    step(
      {
        op: 'exec',
        path: process.args[0] ?? '',
        argv: process.args,
        env: process.env,
        ...(process.secretNames?.length ? { secretNames: process.secretNames } : {}),
      },
      'Replace ourselves by the program; it is the container from now on',
    ),
  ];
}
