/** One line of `docker stats`, computed of what the engine measured. */
import type { ContainerStats } from '../../../api/stats.ts';
import { blockBytes, cpuPercent, memoryUsed, networkBytes } from '../../../client/stats-figures.ts';
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

function percent(value: number): string {
  return `${value.toFixed(2)}%`;
}

function short(bytes: number): string {
  return humanSize(bytes, { precision: 3 });
}
