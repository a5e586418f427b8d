/** What people want to know of a container's statistics, as `docker stats` reckons it. An undefined sample counts as nothing. */
import type { ContainerStats } from '../api/stats.ts';

/** Share of one processor since the sample before, times the number of processors. */
export function cpuPercent(sample: ContainerStats | undefined): number {
  if (sample === undefined) return 0;
  const { cpu_stats: now, precpu_stats: before } = sample;
  const used = now.cpu_usage.total_usage - before.cpu_usage.total_usage;
  const passed = (now.system_cpu_usage ?? 0) - (before.system_cpu_usage ?? 0);
  const processors = now.online_cpus ?? 0;
  return used > 0 && passed > 0 ? (used / passed) * processors * 100 : 0;
}

/** In bytes, without what the kernel would give back first. */
export function memoryUsed(sample: ContainerStats | undefined): number {
  const { usage = 0, stats = {} } = sample?.memory_stats ?? {};
  const inactive = stats['total_inactive_file'] ?? stats['inactive_file'] ?? 0;
  return inactive < usage ? usage - inactive : usage;
}

/** Received and sent, over all interfaces. */
export function networkBytes(sample: ContainerStats | undefined): readonly [number, number] {
  const all = Object.values(sample?.networks ?? {});
  return [sum(all.map((one) => one.rx_bytes)), sum(all.map((one) => one.tx_bytes))];
}

/** Read and written, over all devices. */
export function blockBytes(sample: ContainerStats | undefined): readonly [number, number] {
  const entries = sample?.blkio_stats.io_service_bytes_recursive ?? [];
  const of = (letter: string) =>
    sum(entries.filter(({ op }) => op.toLowerCase().startsWith(letter)).map(({ value }) => value));
  return [of('r'), of('w')];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
