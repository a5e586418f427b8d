/** One moment of a container's use of the machine, reckoned as `docker stats` does. */
import type { ContainerStats } from '../../../api/stats.ts';
import { cpuPercent, memoryUsed, networkBytes } from '../../../client/stats-figures.ts';

export interface StatsSample {
  /** Of one processor. */
  readonly cpuPercent: number;
  readonly memoryBytes: number;
  readonly memoryLimitBytes: number;
  /** Since the container started. */
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly processes: number;
}

export function toSample(stats: ContainerStats): StatsSample {
  const [receivedBytes, sentBytes] = networkBytes(stats);
  // The first sample has none before it: what was used until then is no share of a second.
  const isFirst = stats.precpu_stats.system_cpu_usage === undefined;
  return {
    cpuPercent: isFirst ? 0 : cpuPercent(stats),
    memoryBytes: memoryUsed(stats),
    memoryLimitBytes: stats.memory_stats.limit ?? 0,
    receivedBytes,
    sentBytes,
    processes: stats.pids_stats.current ?? 0,
  };
}
