import { expect, test } from 'vitest';
import { untilMsOf } from './filters.ts';

const now = Date.parse('2026-01-02T00:00:00Z');

test.each([
  ['1767225600', '2026-01-01T00:00:00.000Z'],
  ['2026-01-01', '2026-01-01T00:00:00.000Z'],
  ['24h', '2026-01-01T00:00:00.000Z'],
  ['1.5h', '2026-01-01T22:30:00.000Z'],
  ['1h10m10ms', '2026-01-01T22:49:59.990Z'],
])('untilMsOf() takes %s', (text, date) => {
  expect(new Date(untilMsOf(new Map([['until', [text]]]), now)).toISOString()).toBe(date);
});

test.each(['', 'x', '1y'])('untilMsOf() refuses %j', (text) => {
  const message = `failed to parse value as time or duration: "${text}"`;
  expect(() => untilMsOf(new Map([['until', [text]]]), now)).toThrow(message);
});
