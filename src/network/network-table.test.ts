import { beforeEach, describe, expect, it } from 'vitest';
import type { Network } from './model.ts';
import { NetworkTable } from './network-table.ts';
import type { NetworkChange } from './network-view.ts';

const network: Network = {
  id: 'n'.repeat(64),
  name: 'net',
  driver: 'bridge',
  createdMs: 0,
  enableIPv4: true,
  enableIPv6: false,
  internal: false,
  attachable: false,
  ipam: { Driver: 'default', Options: null, Config: null },
  pools: [{ subnet: '10.1.0.0/29', gateway: '10.1.0.1', auxiliary: { printer: '10.1.0.3' } }],
  options: {},
  labels: {},
  device: 'br-net',
};

let table: NetworkTable;

beforeEach(() => {
  table = new NetworkTable({ random: (count) => new Uint8Array(count).fill(0xab) });
  table.add(network);
});

const wish = { id: 'e', interfaceName: 'eth0' };

describe('allocate()', () => {
  it('gives the lowest free address, passing over the gateway and what others have', () => {
    const addresses = [1, 2, 3].map(() => table.allocate(network, wish).ipv4?.address);
    expect(addresses).toEqual(['10.1.0.2', '10.1.0.4', '10.1.0.5']);
  });

  it('makes the MAC address of the IPv4 address', () => {
    expect(table.allocate(network, wish).macAddress).toBe('02:42:0a:01:00:02');
    expect(table.allocate(network, { ...wish, macAddress: '02-AA-00-00-00-01' }).macAddress).toBe(
      '02:aa:00:00:00:01',
    );
  });

  it('gives an address back', () => {
    const endpoint = table.allocate(network, wish);
    table.release(endpoint);
    expect(table.allocate(network, wish).ipv4).toEqual(endpoint.ipv4);
  });

  it('rejects what is taken, elsewhere, or used up', () => {
    table.allocate(network, { ...wish, ipv4: '10.1.0.6' });
    expect(() => table.allocate(network, { ...wish, ipv4: '10.1.0.6' })).toThrow(
      'Address already in use',
    );
    expect(() => table.allocate(network, { ...wish, ipv4: '10.9.9.9' })).toThrow(
      "invalid address 10.9.9.9: It does not belong to any of this network's subnets",
    );
    for (let count = 0; count < 3; count += 1) table.allocate(network, wish);
    expect(() => table.allocate(network, wish)).toThrow('no available IPv4 addresses');
  });
});

describe('sandboxes', () => {
  it('tell who joins and leaves, and give everything back when they close', () => {
    const changes: NetworkChange['kind'][] = [];
    table.watch(({ kind }) => changes.push(kind));
    const sandbox = {
      id: 's', containerId: 'c', containerName: 'n', hostname: 'h', netnsPath: '/n', embeddedDns: true, dnsServers: [],
    }; // prettier-ignore
    table.open(sandbox);
    const endpoint = table.allocate(network, wish);
    table.join('c', { network, endpoint, userDefined: true, names: ['n'], links: [] });
    expect(table.members(network.id).map(({ sandbox: { containerId } }) => containerId)).toEqual([
      'c',
    ]);
    table.close('c');
    expect(changes).toEqual(['joined', 'left']);
    expect(table.sandboxes()).toEqual([]);
    expect(table.allocate(network, wish).ipv4?.address).toBe('10.1.0.2');
  });
});
