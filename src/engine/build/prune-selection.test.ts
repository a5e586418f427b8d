import { describe, expect, test } from 'vitest';
import type { CacheEntry } from './build-cache.ts';
import { keepBytesOf, pruneOrder } from './prune-selection.ts';

const none = { reserved: 0, maxUsed: 0, minFree: 0 };
const space = { total: 100, free: 40 };

describe('keepBytesOf()', () => {
  test.each([
    ['without limits everything goes', {}, undefined],
    ['the largest size that is allowed', { maxUsed: 60 }, 60],
    ['what is reserved stays', { reserved: 30 }, 30],
    ['what is reserved stays before what is allowed', { reserved: 70, maxUsed: 60 }, 70],
    ['what is missing on the disk goes', { minFree: 50 }, 90],
    ['the smaller of both', { minFree: 90, maxUsed: 60 }, 50],
    ['nothing goes where the disk has room', { minFree: 40 }, 100],
    ['nor does what is reserved for a full disk', { minFree: 140, reserved: 20 }, 20],
  ])('%s', (_, limits, expected) => {
    expect(keepBytesOf({ ...none, ...limits }, space)).toBe(expected);
  });
});

test('pruneOrder() weighs how long ago against how often', () => {
  const entry = (id: string, usedMs: number, usageCount: number) =>
    ({ id, usedMs, usageCount }) as CacheEntry;
  const entries = [
    entry('new, often', 30, 9),
    entry('old, often', 10, 9),
    entry('new, once', 30, 1),
    entry('old, once', 10, 1),
  ];
  expect(pruneOrder(entries).map(({ id }) => id)).toEqual([
    'old, once',
    'old, often',
    'new, once',
    'new, often',
  ]);
});
