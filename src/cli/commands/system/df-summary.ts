/** The four lines of `docker system df`. */
import type { SystemDiskUsage, VolumeUsage } from '../../../api/disk-usage.ts';
import type { Row } from '../../format/formatter.ts';
import { humanSize } from '../../go/units.ts';

export const summaryHeaders = {
  Type: 'TYPE',
  TotalCount: 'TOTAL',
  Active: 'ACTIVE',
  Size: 'SIZE',
  Reclaimable: 'RECLAIMABLE',
};

export function summaryRows(usage: SystemDiskUsage): readonly Row[] {
  return [images(usage), containers(usage), volumes(usage), buildCache(usage)];
}

/** What is shared is counted elsewhere. */
export function unsharedCacheBytes(usage: SystemDiskUsage): number {
  return sum((usage.BuildCache ?? []).filter((one) => !one.Shared).map((one) => one.Size));
}

function images({ Images, LayersSize }: SystemDiskUsage): Row {
  const all = Images ?? [];
  const used = all
    .filter((image) => image.Containers !== 0 && image.Size !== -1 && image.SharedSize !== -1)
    .map((image) => image.Size - image.SharedSize);
  return row('Images', {
    total: all.length,
    active: all.filter((image) => image.Containers > 0).length,
    size: LayersSize,
    reclaimable: withPercent(LayersSize - sum(used), LayersSize),
  });
}

function containers({ Containers }: SystemDiskUsage): Row {
  const all = Containers ?? [];
  const active = all.filter(({ State }) => ['running', 'paused', 'restarting'].includes(State));
  const sizeOf = (list: typeof all) => sum(list.map((one) => one.SizeRw ?? 0));
  const size = sizeOf(all);
  return row('Containers', {
    total: all.length,
    active: active.length,
    size,
    reclaimable: withPercent(size - sizeOf(active), size),
  });
}

function volumes({ Volumes }: SystemDiskUsage): Row {
  const all = Volumes ?? [];
  const links = ({ UsageData }: VolumeUsage) => UsageData?.RefCount ?? 0;
  const sizeOf = (list: typeof all) =>
    sum(list.map(({ UsageData }) => Math.max(UsageData?.Size ?? 0, 0)));
  const size = sizeOf(all);
  return row('Local Volumes', {
    total: all.length,
    active: all.filter((volume) => links(volume) > 0).length,
    size,
    reclaimable: withPercent(sizeOf(all.filter((volume) => links(volume) === 0)), size),
  });
}

function buildCache(usage: SystemDiskUsage): Row {
  const all = usage.BuildCache ?? [];
  const size = unsharedCacheBytes(usage);
  const used = sum(all.filter((one) => one.InUse && !one.Shared).map((one) => one.Size));
  return row('Build Cache', {
    total: all.length,
    active: all.filter((one) => one.InUse).length,
    size,
    reclaimable: humanSize(size - used),
  });
}

function row(
  type: string,
  values: {
    readonly total: number;
    readonly active: number;
    readonly size: number;
    readonly reclaimable: string;
  },
): Row {
  return {
    Type: type,
    TotalCount: String(values.total),
    Active: String(values.active),
    Size: humanSize(values.size),
    Reclaimable: values.reclaimable,
  };
}

function withPercent(bytes: number, total: number): string {
  if (total <= 0) return humanSize(bytes);
  return `${humanSize(bytes)} (${Math.trunc((bytes * 100) / total)}%)`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
