import { describe, expect, it } from 'vitest';
import { isPublicAddress } from './address-policy.ts';

describe('isPublicAddress()', () => {
  const refused = [
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '100.127.255.254',
    '127.0.0.1',
    '127.255.255.255',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '192.0.0.192',
    '192.0.2.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::127.0.0.1',
    '64:ff9b::a00:1',
    '64:ff9b:1::1',
    '100::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '3fff::1',
    '2606:4700::1%eth0',
    'localhost',
    '127.1',
    '',
  ];
  for (const address of refused) {
    it(`refuses "${address}"`, () => expect(isPublicAddress(address)).toBe(false));
  }
  const allowed = ['1.1.1.1', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0'];
  const allowed6 = [
    '172.15.255.255',
    '172.32.0.0',
    '2606:4700::1',
    '2a00:1450:4001::1',
    '2001:4860::8888',
  ];
  for (const address of [...allowed, ...allowed6]) {
    it(`allows ${address}`, () => expect(isPublicAddress(address)).toBe(true));
  }
});
