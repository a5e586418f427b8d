/** `POST /containers/{id}/update`: limits and restart policy of a container, running or not. */
import type {
  ContainerUpdateRequest,
  ContainerUpdateResponse,
  HostConfig,
  Resources,
} from '../api/container.ts';
import type { SetupStep } from '../guest/plan.ts';
import { errorMessage, KindError } from '../lib/errors.ts';
import type { Container } from './container/container.ts';
import { findThrottles } from './container/machine-devices.ts';
import { logContainerEvent, type Daemon } from './daemon.ts';
import { checkRestartPolicy } from './spec/check-host-config.ts';
import { checkResources } from './spec/check-resources.ts';
import { cgroupLimits } from './spec/resources.ts';
import type { SpecLimit } from './spec/runtime-spec.ts';

export async function containerUpdate(
  daemon: Daemon,
  name: string,
  request: ContainerUpdateRequest,
): Promise<ContainerUpdateResponse> {
  const warnings: string[] = [];
  const { RestartPolicy: policy, ...given } = request;
  const resources = checkResources(given, { warnings, update: true });
  if (policy?.Name) checkRestartPolicy(policy);
  const container = daemon.containers.find(name);
  await container.mutex.run(async () => {
    if (container.removing || container.state.status === 'dead')
      throw cannotUpdate(container, 'container is marked for removal and cannot be "update"');
    const hostConfig = merge(container, { resources, given, policy });
    const before = container.hostConfig;
    container.hostConfig = hostConfig;
    logContainerEvent(daemon, container, { action: 'update' });
    try {
      if (container.run !== undefined) await applyLimits(daemon, container, before);
    } catch (error) {
      container.hostConfig = before;
      throw cannotUpdate(container, errorMessage(error), 'system');
    }
  });
  return { Warnings: warnings.length === 0 ? null : warnings };
}

function cannotUpdate(
  container: Container,
  detail: string,
  kind: 'conflict' | 'system' = 'conflict',
): KindError {
  return new KindError(kind, `Cannot update container ${container.id}: ${detail}`);
}

const updatable = [
  'BlkioWeight', 'BlkioWeightDevice', 'BlkioDeviceReadBps', 'BlkioDeviceWriteBps',
  'BlkioDeviceReadIOps', 'BlkioDeviceWriteIOps', 'CpuShares', 'NanoCpus', 'CpuPeriod', 'CpuQuota',
  'CpusetCpus', 'CpusetMems', 'Memory', 'MemorySwap', 'MemoryReservation', 'CpuRealtimePeriod',
  'CpuRealtimeRuntime',
] as const satisfies readonly (keyof Resources)[]; // prettier-ignore

/** What is zero, empty or absent stays as it is; what contradicts what is set already is refused. */
function merge(
  container: Container,
  options: {
    readonly resources: Resources;
    readonly given: Resources;
    readonly policy: HostConfig['RestartPolicy'] | undefined;
  },
): HostConfig {
  const { resources, given, policy } = options;
  const current = container.hostConfig;
  checkAgainst(container, resources);
  const set = (name: (typeof updatable)[number]): boolean => {
    const value = resources[name];
    const isEmpty = Array.isArray(value) && value.length === 0;
    return value !== undefined && value !== null && value !== 0 && value !== '' && !isEmpty;
  };
  const changes = Object.fromEntries(updatable.filter(set).map((name) => [name, resources[name]]));
  if (typeof given.PidsLimit === 'number') changes['PidsLimit'] = resources.PidsLimit ?? 0;
  if (!policy?.Name) return { ...current, ...changes };
  if (current.AutoRemove === true && policy.Name !== 'no') {
    const message =
      'Restart policy cannot be updated because AutoRemove is enabled for the container';
    throw cannotUpdate(container, message);
  }
  const { Name, MaximumRetryCount = 0 } = policy;
  return { ...current, ...changes, RestartPolicy: { Name, MaximumRetryCount } };
}

function checkAgainst(container: Container, resources: Resources): void {
  const { NanoCpus = 0, CpuPeriod = 0, CpuQuota = 0, Memory = 0, MemorySwap = 0 } = resources;
  const current = container.hostConfig;
  const refuse = (what: string, set: string) =>
    cannotUpdate(
      container,
      `Conflicting options: ${what} cannot be updated as ${set} has already been set`,
    );
  if (NanoCpus > 0 && (current.CpuPeriod ?? 0) > 0) throw refuse('Nano CPUs', 'CPU Period');
  if (NanoCpus > 0 && (current.CpuQuota ?? 0) > 0) throw refuse('Nano CPUs', 'CPU Quota');
  if (CpuPeriod > 0 && (current.NanoCpus ?? 0) > 0) throw refuse('CPU Period', 'NanoCPUs');
  if (CpuQuota > 0 && (current.NanoCpus ?? 0) > 0) throw refuse('CPU Quota', 'NanoCPUs');
  if (Memory !== 0 && MemorySwap === 0 && Memory > (current.MemorySwap ?? 0)) {
    const message =
      'Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time';
    throw cannotUpdate(container, message);
  }
}

/** Writes what differs; a limit that is gone becomes the kernel's `max`. */
async function applyLimits(
  daemon: Daemon,
  container: Container,
  before: HostConfig,
): Promise<void> {
  const old = await limitsByKey(daemon, before);
  const fresh = await limitsByKey(daemon, container.hostConfig);
  const cause = 'docker update changes a limit while the container runs';
  const write = (file: string, content: string): SetupStep => ({
    operation: { op: 'write', path: `${container.cgroup}/${file}`, content },
    cause,
  });
  const changed = [...fresh].filter(([key, { value }]) => old.get(key)?.value !== value);
  const gone = [...old].filter(([key]) => !fresh.has(key));
  const steps = [
    ...changed.map(([, { file, value }]) => write(file, value)),
    ...gone.map(([, { file, value }]) => write(file, value.replace(/[^=]*$/, 'max'))),
  ];
  if (steps.length > 0) await daemon.guest.apply({ before: steps });
}

/** By what is limited: the file, and in `io.max` the disk and the kind. */
async function limitsByKey(
  daemon: Daemon,
  hostConfig: HostConfig,
): Promise<ReadonlyMap<string, SpecLimit>> {
  const limits = [...cgroupLimits(hostConfig), ...(await findThrottles(daemon.guest, hostConfig))];
  return new Map(
    limits.map((limit) => [`${limit.file} ${limit.value.match(/^.*=/)?.[0] ?? ''}`, limit]),
  );
}
