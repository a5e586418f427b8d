/** The setup plan of `docker exec`: enter the namespaces and the cgroup of a running container. */
import type { NamespaceName, SetupPlan } from '../../guest/plan.ts';
import { processSteps } from './process-steps.ts';
import type { SpecProcess } from './runtime-spec.ts';
import { step } from './step.ts';

const namespaces: readonly NamespaceName[] = ['ipc', 'uts', 'net', 'pid', 'cgroup', 'mnt'];

export function execPlan(
  process: SpecProcess,
  container: {
    readonly pid: number;
    readonly cgroup: string;
    readonly oomScoreAdj: number;
    readonly keyring: string;
  },
): SetupPlan {
  const { columns, rows } = process.consoleSize;
  const session = process.terminal
    ? step(
        { op: 'terminal', columns, rows },
        'Open a pseudo-terminal of the container’s and make it the controlling one',
      )
    : step({ op: 'setsid' }, 'Leave the session of whoever runs exec');
  return {
    before: [],
    clone: {
      namespaces: [],
      cgroup: container.cgroup,
      join: [
        step(
          { op: 'setns', pid: container.pid, namespaces },
          'Enter the namespaces of the container’s first process',
        ),
      ],
    },
    parent:
      container.oomScoreAdj === 0
        ? []
        : [
            step(
              {
                op: 'write',
                path: '/proc/$PID/oom_score_adj',
                content: String(container.oomScoreAdj),
              },
              'Be killed as readily as the container’s first process when memory is short',
            ),
          ],
    child: [
      step(
        { op: 'joinKeyring', name: container.keyring },
        'Have the container’s keys, not the machine’s',
      ),
      session,
      ...processSteps(process),
    ],
  };
}
