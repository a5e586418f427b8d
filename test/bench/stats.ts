/** What is said of a series of measurements: median, and the spread from least to most. */

export interface Summary {
  readonly count: number;
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Rejects an empty series: a figure that was not measured must not appear. */
export function summarize(values: readonly number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b);
  const [min] = sorted;
  const max = sorted.at(-1);
  if (min === undefined || max === undefined) throw new Error('Cannot summarize: no measurements');
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? min;
  const lower = sorted.length % 2 === 0 ? (sorted[middle - 1] ?? upper) : upper;
  return { count: sorted.length, median: (lower + upper) / 2, min, max };
}

/** Milliseconds that an action takes. */
export async function timeMs(action: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await action();
  return performance.now() - begin;
}

/** Runs an action `count` times in series; each run's milliseconds. */
export async function repeatMs(count: number, action: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) times.push(await timeMs(action));
  return times;
}
