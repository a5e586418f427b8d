/** The text of one layer's progress: bar, sizes, remaining time. */
import { humanSize } from '../go/units.ts';

export interface ProgressDetail {
  readonly current?: number;
  readonly total?: number;
  readonly start?: number;
  readonly units?: string;
  readonly hidecounts?: boolean;
}

/** Narrower terminals get the sizes without a bar. */
const barColumnsMin = 110;

export function progressText(detail: ProgressDetail, columns: number): string {
  const current = detail.current ?? 0;
  const total = detail.total ?? 0;
  if (current <= 0 && total <= 0) return '';
  const units = detail.units ?? '';
  if (total <= 0) return units === '' ? humanSize(current).padStart(8) : `${current} ${units}`;
  const half = Math.min(50, Math.trunc(Math.trunc((current / total) * 100) / 2));
  const bar =
    columns > barColumnsMin ? `[${'='.repeat(half)}>${' '.repeat(Math.max(0, 50 - half))}] ` : '';
  return bar + counts({ current, total, units, hidden: detail.hidecounts === true });
}

function counts(options: {
  readonly current: number;
  readonly total: number;
  readonly units: string;
  readonly hidden: boolean;
}): string {
  const { current, total, units } = options;
  if (options.hidden) return '';
  // A count beyond the total is not worth showing a total for.
  const beyond = current > total;
  if (units !== '') return beyond ? `${current} ${units}` : `${current}/${total} ${units}`;
  const now = humanSize(current).padStart(8);
  return beyond ? now : `${now}/${humanSize(total)}`;
}
