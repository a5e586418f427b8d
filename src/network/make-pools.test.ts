import { describe, expect, it } from 'vitest';
import type { IpamConfig } from '../api/network.ts';
import { checkIpam } from './check-ipam.ts';
import { nextDefaultSubnet } from './default-pools.ts';
import { makePools } from './make-pools.ts';

const random = (count: number): Uint8Array => new Uint8Array(count).fill(1);
const ipam = (...configs: IpamConfig[]) => ({ Driver: 'default', Options: null, Config: configs });

describe('nextDefaultSubnet()', () => {
  it('goes through 172.17 to 172.31, then 192.168 in twenties', () => {
    const used: string[] = [];
    for (let count = 0; count < 17; count += 1) used.push(nextDefaultSubnet(used));
    expect(used.slice(0, 2)).toEqual(['172.17.0.0/16', '172.18.0.0/16']);
    expect(used.slice(14)).toEqual(['172.31.0.0/16', '192.168.0.0/20', '192.168.16.0/20']);
    while (used.length < 31) used.push(nextDefaultSubnet(used));
    expect(() => nextDefaultSubnet(used)).toThrow('fully subnetted');
  });
});

describe('makePools()', () => {
  const options = { enableIPv4: true, enableIPv6: false, used: ['172.17.0.0/16'], random };

  it('chooses what nobody asked for', () => {
    expect(makePools({ ...options, ipam: ipam() })).toEqual([
      { subnet: '172.18.0.0/16', gateway: '172.18.0.1', auxiliary: {} },
    ]);
    const range = ipam({ Subnet: '10.0.0.0/8', IPRange: '10.5.0.0/16' });
    expect(makePools({ ...options, ipam: range })[0]?.gateway).toBe('10.5.0.0');
    const [, v6] = makePools({ ...options, enableIPv6: true, ipam: ipam() });
    expect(v6).toMatchObject({ subnet: 'fd01:101:101::/64', gateway: 'fd01:101:101::1' });
  });

  it('refuses to overlap', () => {
    expect(() => makePools({ ...options, ipam: ipam({ Subnet: '172.17.5.0/24' }) })).toThrow(
      'Pool overlaps with other one on this address space',
    );
  });
});

describe('checkIpam()', () => {
  it.each<[IpamConfig, string]>([
    [{ Subnet: 'x' }, 'invalid subnet x: invalid CIDR block notation'],
    [{ Subnet: '10.0.0.1/8' }, 'invalid subnet 10.0.0.1/8: it should be 10.0.0.0/8'],
    [
      { Subnet: '10.0.0.0/24', Gateway: '10.0.1.1' },
      "invalid gateway 10.0.1.1: parent subnet 10.0.0.0/24 doesn't contain this address",
    ],
    [
      { Subnet: '10.0.0.0/24', IPRange: '10.0.0.0/8' },
      'invalid ip-range 10.0.0.0/8: CIDR block is bigger than its parent subnet 10.0.0.0/24',
    ],
    [
      { Subnet: '10.0.0.0/24', AuxiliaryAddresses: { a: 'fd00::1' } },
      'invalid auxiliary address a: parent subnet is an IPv4 block',
    ],
  ])('%o', (config, problem) => {
    expect(() => checkIpam(ipam(config), false)).toThrow(`invalid network config:\n${problem}`);
  });
});
