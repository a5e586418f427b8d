import { describe, expect, test } from 'vitest';
import {
  formatAddress,
  formatPrefix,
  lastAddress,
  networkOf,
  parseAddress,
  parsePrefix,
  prefixContains,
} from './cidr.ts';

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

describe('formatAddress()', () => {
  test.each(['0.0.0.0', '172.17.0.2', '255.255.255.255', '::', '::1', 'fd00::2', '1:0:0:2::3'])(
    'gives %s back',
    (text) => {
      const address = parseAddress(text);
      expect(address && formatAddress(address)).toBe(text);
    },
  );
});

describe('the ends of a prefix', () => {
  test('are its network and its last address', () => {
    const prefix = parsePrefix('172.17.9.1/20');
    if (prefix === undefined) throw new Error('no prefix');
    expect(formatPrefix(networkOf(prefix))).toBe('172.17.0.0/20');
    expect(formatAddress({ address: lastAddress(prefix), bits: 32 })).toBe('172.17.15.255');
  });
});
