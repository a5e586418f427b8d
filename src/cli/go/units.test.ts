import { describe, expect, test } from 'vitest';
import { formatFixed, formatG } from '../../lib/template/decimal.ts';
import { bytesSize, humanDuration, humanSize } from './units.ts';
import { parseSize } from '../../lib/parse-size.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

describe('go-units', () => {
  test.each([
    [0, '0B'],
    [81, '81B'],
    [999, '999B'],
    [1000, '1kB'],
    [2_062_500, '2.062MB'],
    [5_613_764, '5.614MB'],
    [999_950, '1000kB'],
    [123_456_789_012, '123.5GB'],
  ])('humanSize(%i) is %s', (bytes, text) => {
    expect(humanSize(bytes)).toBe(text);
  });

  test('humanSize() rounds to fewer digits when asked', () => {
    expect(humanSize(5_613_764, { precision: 3 })).toBe('5.61MB');
    expect(humanSize(999_900, { precision: 3 })).toBe('1e+03kB');
  });

  test('bytesSize() counts in powers of two', () => {
    expect(bytesSize(33_000_000)).toBe('31.47MiB');
  });

  test.each([
    [500, 'Less than a second'],
    [1.5 * second, '1 second'],
    [59 * second, '59 seconds'],
    [minute, 'About a minute'],
    [59 * minute, '59 minutes'],
    [hour, 'About an hour'],
    [1.6 * hour, '2 hours'],
    [47 * hour, '47 hours'],
    [3 * day, '3 days'],
    [20 * day, '2 weeks'],
    [90 * day, '3 months'],
    [3 * 365 * day, '3 years'],
  ])('humanDuration(%i) is %s', (milliseconds, text) => {
    expect(humanDuration(milliseconds)).toBe(text);
  });

  test.each([
    ['1024', 1024],
    ['32m', 32 * 1024 ** 2],
    ['1.5GiB', 1.5 * 1024 ** 3],
    ['64 kb', 65536],
    ['10B', 10],
  ])('parseSize(%s) is %i', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  test.each([
    ['abc', "invalid size: 'abc'"],
    ['-1', "invalid size: '-1'"],
    ['1zb', "invalid suffix: 'zb'"],
    ['1.2.3m', 'strconv.ParseFloat: parsing "1.2.3": invalid syntax'],
  ])('parseSize(%s) complains', (text, message) => {
    expect(() => parseSize(text)).toThrow(message);
  });

  test('formatG() and formatFixed() round ties to even', () => {
    expect([
      formatG(2.0625, 4),
      formatG(2.0635, 4),
      formatFixed(1.25, 1),
      formatFixed(1.35, 1),
    ]).toEqual(['2.062', '2.063', '1.2', '1.4']);
    expect([
      formatG(0.00001234, 3),
      formatG(1234567, 3),
      formatFixed(0.05, 1),
      formatFixed(-2.5, 0),
    ]).toEqual(['1.23e-05', '1.23e+06', '0.1', '-2']);
  });
});
