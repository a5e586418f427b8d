/** Which records of the build cache a prune takes, and how far it goes: BuildKit's reckoning. Pure. */
import type { CacheEntry } from './build-cache.ts';

/** Bytes each; 0 where nothing was said. */
export interface SpaceLimits {
  readonly reserved: number;
  readonly maxUsed: number;
  readonly minFree: number;
}

export interface SpaceInUse {
  /** Of the records that nothing but the cache holds. */
  readonly total: number;
  /** On the disk. */
  readonly free: number;
}

/** The size that the cache may keep; undefined where everything goes. */
export function keepBytesOf(limits: SpaceLimits, { total, free }: SpaceInUse): number | undefined {
  const { reserved, maxUsed, minFree } = limits;
  if (reserved === 0 && maxUsed === 0 && minFree === 0) return undefined;
  const excess = minFree - free;
  let keep = maxUsed;
  if (excess > 0) keep = maxUsed === 0 ? total - excess : Math.min(maxUsed, total - excess);
  else if (minFree !== 0 && maxUsed === 0) keep = total;
  return Math.max(keep, reserved);
}

/** Those that go first: used longest ago and least often, both counting alike. */
export function pruneOrder(entries: readonly CacheEntry[]): CacheEntry[] {
  const age = ranks(entries.map(({ usedMs }) => usedMs));
  const use = ranks(entries.map(({ usageCount }) => usageCount));
  const rank = ({ usedMs, usageCount }: CacheEntry) =>
    (age.get(usedMs) ?? 0) + (use.get(usageCount) ?? 0);
  return [...entries].sort((a, b) => rank(a) - rank(b) || a.usedMs - b.usedMs);
}

/** Each value's place among all, 1 for the largest. */
function ranks(values: readonly number[]): Map<number, number> {
  const distinct = [...new Set(values)].sort((a, b) => a - b);
  return new Map(distinct.map((value, index) => [value, (index + 1) / distinct.length]));
}
