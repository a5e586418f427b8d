/** One moment of a container's use of the machine, reckoned as `docker stats` does. */
import type { ContainerStats } from '../../../api/stats.ts';

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
  const memory = stats.memory_stats;
  const networks = Object.values(stats.networks ?? {});
  return {
    cpuPercent: cpuPercent(stats),
    // What the kernel may drop at once is no use of memory.
    memoryBytes: Math.max(0, (memory.usage ?? 0) - (memory.stats?.['inactive_file'] ?? 0)),
    memoryLimitBytes: memory.limit ?? 0,
    receivedBytes: networks.reduce((sum, network) => sum + network.rx_bytes, 0),
    sentBytes: networks.reduce((sum, network) => sum + network.tx_bytes, 0),
    processes: stats.pids_stats.current ?? 0,
  };
}

function cpuPercent({ cpu_stats: now, precpu_stats: before }: ContainerStats): number {
  const used = now.cpu_usage.total_usage - before.cpu_usage.total_usage;
  const passed = (now.system_cpu_usage ?? 0) - (before.system_cpu_usage ?? 0);
  if (used <= 0 || passed <= 0 || before.system_cpu_usage === undefined) return 0;
  return (used / passed) * (now.online_cpus ?? 1) * 100;
}
