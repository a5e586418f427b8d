/** The setup plan of `docker exec`: enter the namespaces and the cgroup of a running container. */
import type { IdMapping } from '../../guest/id-mapping.ts';
import type { NamespaceName, SetupPlan, SetupStep } from '../../guest/plan.ts';
import { processSteps } from './process-steps.ts';
import type { SpecProcess } from './runtime-spec.ts';
import { step } from './step.ts';
import { becomeRootStep, streamSteps } from './user-namespace.ts';

const namespaces: readonly NamespaceName[] = ['ipc', 'uts', 'net', 'pid', 'cgroup', 'mnt'];

export function execPlan(
  process: SpecProcess,
  container: {
    readonly pid: number;
    readonly cgroup: string;
    readonly oomScoreAdj: number;
    readonly keyring: string;
    /** Of its user namespace, where it has one. */
    readonly ids?: IdMapping;
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
    before: [
      ...streamSteps(process, container.ids),
      ...(container.ids === undefined ? [] : memoryShortageSteps(container, 'self')),
    ],
    clone: {
      namespaces: [],
      cgroup: container.cgroup,
      join: [
        step(
          {
            op: 'setns',
            pid: container.pid,
            namespaces: container.ids === undefined ? namespaces : ['user', ...namespaces],
          },
          'Enter the namespaces of the container’s first process',
        ),
      ],
    },
    // Whoever joined a user namespace may not write there any more: what it has is passed on.
    parent: container.ids === undefined ? memoryShortageSteps(container, '$PID') : [],
    child: [
      ...(container.ids === undefined ? [] : [becomeRootStep()]),
      step(
        { op: 'joinKeyring', name: container.keyring },
        'Have the container’s keys, not the machine’s',
      ),
      session,
      ...processSteps(process),
    ],
  };
}

function memoryShortageSteps(
  { oomScoreAdj }: { readonly oomScoreAdj: number },
  process: '$PID' | 'self',
): SetupStep[] {
  if (oomScoreAdj === 0) return [];
  const path = `/proc/${process}/oom_score_adj`;
  return [
    step(
      { op: 'write', path, content: String(oomScoreAdj) },
      'Be killed as readily as the container’s first process when memory is short',
    ),
  ];
}
