/** One line of `docker stats`, computed of what the engine measured. */
import type { ContainerStats } from '../../../api/stats.ts';
import type { Row } from '../../format/formatter.ts';
import { truncateId } from '../../format/truncate-id.ts';
import { bytesSize, humanSize } from '../../go/units.ts';

export const statsHeaders = {
  Container: 'CONTAINER',
  Name: 'NAME',
  ID: 'CONTAINER ID',
  CPUPerc: 'CPU %',
  MemUsage: 'MEM USAGE / LIMIT',
  MemPerc: 'MEM %',
  NetIO: 'NET I/O',
  BlockIO: 'BLOCK I/O',
  PIDs: 'PIDS',
};

export const statsTable =
  'table {{.ID}}\t{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.MemPerc}}\t{{.NetIO}}\t{{.BlockIO}}\t{{.PIDs}}';

const noValue = '--';

/** The sample is undefined before the first one and when they stopped coming. */
export function statsRow(
  container: string,
  options: {
    readonly sample: ContainerStats | undefined;
    /** False once something went wrong: the numbers are then not to be trusted. */
    readonly valid: boolean;
    readonly truncated: boolean;
  },
): Row {
  const { sample, valid, truncated } = options;
  const id = sample?.id ?? '';
  const identity = {
    Container: container,
    Name: (sample?.name ?? '').length > 1 ? (sample?.name ?? '').slice(1) : noValue,
    ID: truncated ? truncateId(id) : id,
  };
  if (!valid) {
    const [CPUPerc, MemPerc, NetIO, BlockIO, PIDs] = Array.from({ length: 5 }, () => noValue);
    return { ...identity, CPUPerc, MemUsage: '-- / --', MemPerc, NetIO, BlockIO, PIDs };
  }
  const used = memoryUsed(sample);
  const limit = sample?.memory_stats.limit ?? 0;
  const [rx, tx] = networkBytes(sample);
  const [read, written] = blockBytes(sample);
  return {
    ...identity,
    CPUPerc: percent(cpuPercent(sample)),
    MemUsage: `${bytesSize(used)} / ${bytesSize(limit)}`,
    MemPerc: percent(limit === 0 ? 0 : (used / limit) * 100),
    NetIO: `${short(rx)} / ${short(tx)}`,
    BlockIO: `${short(read)} / ${short(written)}`,
    PIDs: String(sample?.pids_stats.current ?? 0),
  };
}

/** Share of one processor since the sample before, times the number of processors. */
function cpuPercent(sample: ContainerStats | undefined): number {
  if (sample === undefined) return 0;
  const { cpu_stats: now, precpu_stats: before } = sample;
  const used = now.cpu_usage.total_usage - before.cpu_usage.total_usage;
  const passed = (now.system_cpu_usage ?? 0) - (before.system_cpu_usage ?? 0);
  const processors = now.online_cpus ?? 0;
  return used > 0 && passed > 0 ? (used / passed) * processors * 100 : 0;
}

/** Without what the kernel would give back first. */
function memoryUsed(sample: ContainerStats | undefined): number {
  const { usage = 0, stats = {} } = sample?.memory_stats ?? {};
  const inactive = stats['total_inactive_file'] ?? stats['inactive_file'] ?? 0;
  return inactive < usage ? usage - inactive : usage;
}

function networkBytes(sample: ContainerStats | undefined): readonly [number, number] {
  const all = Object.values(sample?.networks ?? {});
  return [sum(all.map((one) => one.rx_bytes)), sum(all.map((one) => one.tx_bytes))];
}

function blockBytes(sample: ContainerStats | undefined): readonly [number, number] {
  const entries = sample?.blkio_stats.io_service_bytes_recursive ?? [];
  const of = (letter: string) =>
    sum(entries.filter(({ op }) => op.toLowerCase().startsWith(letter)).map(({ value }) => value));
  return [of('r'), of('w')];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function percent(value: number): string {
  return `${value.toFixed(2)}%`;
}

function short(bytes: number): string {
  return humanSize(bytes, { precision: 3 });
}
