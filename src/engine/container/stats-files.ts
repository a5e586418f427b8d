/** The numbers of `docker stats`, from the text of cgroup v2 and proc files. Pure. */
import type {
  BlkioStatEntry,
  BlkioStats,
  CpuStats,
  MemoryStats,
  NetworkStats,
  PidsStats,
} from '../../api/stats.ts';

/** The files' texts, by their names here; undefined where the kernel has none. */
export interface StatsTexts {
  readonly cpuStat?: string | undefined;
  readonly memoryStat?: string | undefined;
  readonly memoryCurrent?: string | undefined;
  readonly memoryMax?: string | undefined;
  readonly memoryEvents?: string | undefined;
  readonly pidsCurrent?: string | undefined;
  readonly pidsMax?: string | undefined;
  readonly ioStat?: string | undefined;
  readonly procStat?: string | undefined;
  readonly netDev?: string | undefined;
}

/** USER_HZ is 100 for every program there is. */
const nanosecondsPerTick = 10_000_000;
/** How dockerd shows that there is no limit. */
const unlimited = 2n ** 64n - 1n;

export function cpuStats({ cpuStat, procStat }: StatsTexts): CpuStats {
  const values = keyed(cpuStat);
  const nanoseconds = (name: string) => (values[name] ?? 0) * 1000;
  return {
    cpu_usage: {
      total_usage: nanoseconds('usage_usec'),
      usage_in_kernelmode: nanoseconds('system_usec'),
      usage_in_usermode: nanoseconds('user_usec'),
    },
    ...systemUsage(procStat),
    throttling_data: {
      periods: values['nr_periods'] ?? 0,
      throttled_periods: values['nr_throttled'] ?? 0,
      throttled_time: nanoseconds('throttled_usec'),
    },
  };
}

/** The first seven columns of the `cpu` line: guest times are in them already. */
function systemUsage(
  procStat: string | undefined,
): Pick<CpuStats, 'system_cpu_usage' | 'online_cpus'> {
  if (procStat === undefined) return {};
  const columns = /^cpu +(.*)$/m.exec(procStat)?.[1]?.trim().split(/\s+/).slice(0, 7) ?? [];
  const ticks = columns.reduce((sum, column) => sum + Number(column), 0);
  const count = procStat.match(/^cpu[0-9]+ /gm)?.length ?? 0;
  return { system_cpu_usage: ticks * nanosecondsPerTick, online_cpus: count };
}

const memoryNames = [
  'active_anon', 'active_file', 'anon', 'anon_thp', 'file', 'file_dirty', 'file_mapped',
  'file_writeback', 'inactive_anon', 'inactive_file', 'kernel_stack', 'pgactivate',
  'pgdeactivate', 'pgfault', 'pglazyfree', 'pglazyfreed', 'pgmajfault', 'pgrefill', 'pgscan',
  'pgsteal', 'shmem', 'slab', 'slab_reclaimable', 'slab_unreclaimable', 'sock',
  'thp_collapse_alloc', 'thp_fault_alloc', 'unevictable', 'workingset_activate',
  'workingset_nodereclaim', 'workingset_refault',
]; // prettier-ignore

/** `machineBytes` stands in for a limit that is larger or missing. */
export function memoryStats(texts: StatsTexts, machineBytes: number): MemoryStats {
  const { memoryCurrent, memoryMax, memoryStat, memoryEvents } = texts;
  if (memoryCurrent === undefined) return {};
  const values = keyed(memoryStat);
  const limit = Number(memoryMax?.trim());
  const failures = keyed(memoryEvents)['oom'] ?? 0;
  return {
    usage: Number(memoryCurrent.trim()),
    stats: Object.fromEntries(memoryNames.map((name) => [name, values[name] ?? 0])),
    ...(failures === 0 ? {} : { failcnt: failures }),
    limit: limit > 0 && limit < machineBytes ? limit : machineBytes,
  };
}

export function pidsStats({ pidsCurrent, pidsMax }: StatsTexts): PidsStats {
  if (pidsCurrent === undefined) return {};
  const limit = pidsMax?.trim() ?? 'max';
  return {
    current: Number(pidsCurrent.trim()),
    limit: limit === 'max' ? unlimited : Number(limit),
  };
}

export const noBlkioStats: BlkioStats = {
  io_service_bytes_recursive: null,
  io_serviced_recursive: null,
  io_queue_recursive: null,
  io_service_time_recursive: null,
  io_wait_time_recursive: null,
  io_merged_recursive: null,
  io_time_recursive: null,
  sectors_recursive: null,
};

/** Lines like `8:0 rbytes=1 wbytes=2 …`. */
export function blkioStats({ ioStat = '' }: StatsTexts): BlkioStats {
  const entries: BlkioStatEntry[] = [];
  for (const line of ioStat.split('\n')) {
    const match = /^([0-9]+):([0-9]+) (.*)$/.exec(line);
    if (match === null) continue;
    const [, major, minor, rest = ''] = match;
    const value = (name: string) => Number(new RegExp(`\\b${name}=([0-9]+)`).exec(rest)?.[1] ?? 0);
    const device = { major: Number(major), minor: Number(minor) };
    entries.push({ ...device, op: 'read', value: value('rbytes') });
    entries.push({ ...device, op: 'write', value: value('wbytes') });
  }
  return {
    ...noBlkioStats,
    io_service_bytes_recursive: entries.length === 0 ? null : entries,
  };
}

/** Of /proc/net/dev, without the loopback; undefined when there is nothing else. */
export function networkStats({
  netDev = '',
}: StatsTexts): Readonly<Record<string, NetworkStats>> | undefined {
  const networks: Record<string, NetworkStats> = {};
  for (const line of netDev.split('\n').slice(2)) {
    const [name = '', rest = ''] = line.split(':');
    const values = rest.trim().split(/\s+/).map(Number);
    if (name.trim() === 'lo' || values.length < 12) continue;
    const at = (index: number) => values[index] ?? 0;
    networks[name.trim()] = {
      rx_bytes: at(0),
      rx_packets: at(1),
      rx_errors: at(2),
      rx_dropped: at(3),
      tx_bytes: at(8),
      tx_packets: at(9),
      tx_errors: at(10),
      tx_dropped: at(11),
    };
  }
  return Object.keys(networks).length === 0 ? undefined : networks;
}

/** Lines of a name and a number. */
function keyed(text = ''): Readonly<Record<string, number>> {
  const entries = text
    .split('\n')
    .map((line) => line.split(' '))
    .filter((words) => words.length === 2);
  return Object.fromEntries(entries.map(([name = '', value]) => [name, Number(value)]));
}
