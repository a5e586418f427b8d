import { expect, test } from 'vitest';
import { humanDuration, jsonTime, rfc3339Nano } from './timestamps.ts';

test('jsonTime() drops trailing zeros and knows Go’s zero time', () => {
  expect(jsonTime(0)).toBe('0001-01-01T00:00:00Z');
  expect(jsonTime(1_000)).toBe('1970-01-01T00:00:01Z');
  expect(jsonTime(1_120)).toBe('1970-01-01T00:00:01.12Z');
  expect(jsonTime(10_000)).toBe('1970-01-01T00:00:10Z');
});

test('rfc3339Nano() always has nine digits', () => {
  expect(rfc3339Nano(1_120)).toBe('1970-01-01T00:00:01.120000000Z');
});

test.each([
  [0.5, 'Less than a second'],
  [1, '1 second'],
  [59, '59 seconds'],
  [60, 'About a minute'],
  [150, '2 minutes'],
  [3600, 'About an hour'],
  [47 * 3600, '47 hours'],
  [49 * 3600, '2 days'],
  [15 * 86_400, '2 weeks'],
  [61 * 86_400, '2 months'],
  [800 * 86_400, '2 years'],
])('humanDuration() of %d seconds is %s', (seconds, text) => {
  expect(humanDuration(seconds * 1000)).toBe(text);
});
