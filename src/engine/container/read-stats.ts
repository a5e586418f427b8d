/** One reading of what a container uses: all its files in one request, so that they are of one moment. */
import type { ContainerStats } from '../../api/stats.ts';
import type { Daemon } from '../daemon.ts';
import { jsonTime } from '../timestamps.ts';
import type { Container } from './container.ts';
import {
  blkioStats,
  cpuStats,
  memoryStats,
  networkStats,
  noBlkioStats,
  pidsStats,
} from './stats-files.ts';

/** Name and ID alone when it does not run. */
export async function readStats(daemon: Daemon, container: Container): Promise<ContainerStats> {
  if (container.run === undefined) return emptyStats(container);
  const { cgroup } = container;
  const files = [
    'cpu.stat', 'memory.stat', 'memory.current', 'memory.max', 'memory.events', 'pids.current',
    'pids.max', 'io.stat',
  ]; // prettier-ignore
  const paths = [...files.map((file) => `${cgroup}/${file}`), '/proc/stat', netDev(container)];
  const read = daemon.clock.now();
  const [
    cpuStat, memoryStat, memoryCurrent, memoryMax, memoryEvents, pidsCurrent, pidsMax, ioStat,
    procStat, netDevText,
  ] = await daemon.guest.readFiles(paths); // prettier-ignore
  if (cpuStat === undefined) return emptyStats(container);
  const texts = {
    cpuStat, memoryStat, memoryCurrent, memoryMax, memoryEvents, pidsCurrent, pidsMax, ioStat,
    procStat, netDev: netDevText,
  }; // prettier-ignore
  const networks = networkStats(texts);
  return {
    ...emptyStats(container),
    read: jsonTime(read),
    pids_stats: pidsStats(texts),
    blkio_stats: blkioStats(texts),
    cpu_stats: cpuStats(texts),
    memory_stats: memoryStats(texts, daemon.memorySizeBytes),
    ...(networks === undefined ? {} : { networks }),
  };
}

/** Docker has no figures for the machine's own network, nor do we. */
function netDev({ hostConfig, state }: Container): string {
  return hostConfig.NetworkMode === 'host' ? '' : `/proc/${state.pid}/net/dev`;
}

export function emptyStats(container: Container): ContainerStats {
  const never = jsonTime(0);
  return {
    name: `/${container.name}`,
    id: container.id,
    read: never,
    preread: never,
    pids_stats: {},
    blkio_stats: noBlkioStats,
    num_procs: 0,
    storage_stats: {},
    cpu_stats: cpuStats({}),
    precpu_stats: cpuStats({}),
    memory_stats: {},
  };
}
