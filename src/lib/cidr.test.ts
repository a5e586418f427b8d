import { describe, expect, test } from 'vitest';
import { parseAddress, parsePrefix, prefixContains } from './cidr.ts';

describe('parseAddress()', () => {
  test.each([
    ['10.0.0.1', 0x0a000001n],
    ['::1', 1n],
    ['fd00::1:2', (0xfd00n << 112n) | 0x10002n],
    ['::ffff:1.2.3.4', 0xffff01020304n],
  ])('reads %s', (text, address) => {
    expect(parseAddress(text)?.address).toBe(address);
  });

  test.each(['', '1.2.3', '1.2.3.256', '01.2.3.4', ':::', '1::2::3', '1:2:3:4:5:6:7:8:9'])(
    'refuses "%s"',
    (text) => expect(parseAddress(text)).toBeUndefined(),
  );
});

describe('prefixContains()', () => {
  test.each([
    ['10.0.0.0/8', '10.9.9.9', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['0.0.0.0/0', '1.2.3.4', true],
    ['0.0.0.0/0', '::1', false],
    ['fd00::/8', 'fdff::1', true],
  ])('%s holds %s: %s', (prefix, address, expected) => {
    const [outer, inner] = [parsePrefix(prefix), parseAddress(address)];
    if (outer === undefined || inner === undefined) throw new Error('Cannot read the case');
    expect(prefixContains(outer, inner)).toBe(expected);
  });
});
