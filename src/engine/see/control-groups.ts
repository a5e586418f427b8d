/** Limits and usage of the cgroups of containers that run: all files in one request, so that they are of one moment. */
import type { ControlGroup } from '../../api/processes.ts';
import type { Container } from '../container/container.ts';
import type { Daemon } from '../daemon.ts';

const files = [
  'memory.current', 'memory.max', 'cpu.stat', 'cpu.max', 'pids.current', 'pids.max',
] as const; // prettier-ignore
type Texts = Readonly<Partial<Record<(typeof files)[number], string | undefined>>>;

/** The kernel's own, for a group that has none set. */
const cpuPeriodMicroseconds = 100_000;

export async function readControlGroups(
  daemon: Daemon,
  containers: readonly Container[],
): Promise<ControlGroup[]> {
  if (containers.length === 0) return [];
  const paths = containers.flatMap(({ cgroup }) => files.map((file) => `${cgroup}/${file}`));
  const texts = await daemon.guest.readFiles(paths);
  return containers.flatMap((container, index) => {
    const own = texts.slice(index * files.length, (index + 1) * files.length);
    // A container that ended meanwhile has no group.
    if (own.every((text) => text === undefined)) return [];
    const byName: Texts = Object.fromEntries(files.map((file, at) => [file, own[at]]));
    const { id: containerId, name: containerName, cgroup: path, state } = container;
    return [{ containerId, containerName, path, initPid: state.pid, ...parseControlGroup(byName) }];
  });
}

type Figures = Omit<ControlGroup, 'containerId' | 'containerName' | 'path' | 'initPid'>;

export function parseControlGroup(texts: Texts): Figures {
  const [quota = 'max', period] = (texts['cpu.max'] ?? '').trim().split(/\s+/);
  const usage = /^usage_usec (\d+)$/m.exec(texts['cpu.stat'] ?? '')?.[1];
  return {
    memoryBytes: Number(texts['memory.current'] ?? 0),
    memoryBytesMax: limit(texts['memory.max']),
    cpuUsageMicroseconds: Number(usage ?? 0),
    cpuQuotaMicroseconds: limit(quota),
    cpuPeriodMicroseconds: Number(period ?? cpuPeriodMicroseconds),
    pids: Number(texts['pids.current'] ?? 0),
    pidsMax: limit(texts['pids.max']),
  };
}

function limit(text = 'max'): number | null {
  const word = text.trim();
  return /^\d+$/.test(word) ? Number(word) : null;
}
