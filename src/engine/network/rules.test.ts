import { describe, expect, it } from 'vitest';
import type { Network } from '../../network/model.ts';
import { addText, networkRules, portRules, removeText } from './rules.ts';

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
  pools: [{ subnet: '192.0.2.0/24', gateway: '192.0.2.1', auxiliary: {} }],
  options: {},
  labels: {},
  device: 'bridge1',
};

/** What a chain holds in the end when each rule is put before the others, as asked. */
function chain(rules: ReturnType<typeof networkRules>, name: string): string[] {
  const result: string[] = [];
  for (const { text, first } of rules) {
    if (!text.startsWith(`${name} `)) continue;
    if (first === true) result.unshift(text);
    else result.push(text);
  }
  return result;
}

describe('networkRules()', () => {
  it('gives the order of dockerd', () => {
    const rules = networkRules(network);
    expect(chain(rules, 'FORWARD')).toEqual([
      'FORWARD -o bridge1 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
      'FORWARD -o bridge1 -j DOCKER',
      'FORWARD -i bridge1 ! -o bridge1 -j ACCEPT',
      'FORWARD -i bridge1 -o bridge1 -j ACCEPT',
    ]);
    expect(chain(rules, 'POSTROUTING')).toEqual([
      'POSTROUTING -s 192.0.2.0/24 ! -o bridge1 -j MASQUERADE',
    ]);
    expect(chain(rules, 'DOCKER')).toEqual(['DOCKER -i bridge1 -j RETURN']);
    expect(chain(rules, 'DOCKER-ISOLATION-STAGE-2')).toEqual([
      'DOCKER-ISOLATION-STAGE-2 -o bridge1 -j DROP',
    ]);
  });

  it('has the same rules for each family that the network has', () => {
    const pool = { subnet: 'fd00::/64', gateway: 'fd00::1', auxiliary: {} };
    const rules = networkRules({ ...network, pools: [...network.pools, pool] });
    const of = (family: string) => rules.filter((rule) => rule.family === family);
    expect(of('ipv6').map(({ text }) => text.replace(pool.subnet, '192.0.2.0/24'))).toEqual(
      of('ipv4').map(({ text }) => text),
    );
  });

  it('keeps containers of a network apart without icc, and an internal one closed', () => {
    const options = { 'com.docker.network.bridge.enable_icc': 'false' };
    const apart = networkRules({ ...network, options });
    expect(chain(apart, 'FORWARD').at(-1)).toBe('FORWARD -i bridge1 -o bridge1 -j DROP');
    const closed = networkRules({ ...network, internal: true });
    expect(closed.map(({ table }) => table)).toEqual(['filter', 'filter', 'filter']);
    expect(chain(closed, 'DOCKER-ISOLATION-STAGE-1')).toEqual([
      'DOCKER-ISOLATION-STAGE-1 ! -s 192.0.2.0/24 -o bridge1 -j DROP',
      'DOCKER-ISOLATION-STAGE-1 ! -d 192.0.2.0/24 -i bridge1 -j DROP',
    ]);
  });
});

describe('portRules()', () => {
  const port = {
    protocol: 'tcp',
    containerPort: 80,
    hostAddress: '127.0.0.1',
    hostPort: 8080,
    containerId: 'c',
    containerName: 'n',
    containerAddress: '192.0.2.2',
    netnsPath: '/n',
  } as const;

  it('translates, lets in, and masquerades who calls itself', () => {
    expect(portRules(port, 'bridge1').map(({ table, text }) => `${table} ${text}`)).toEqual([
      'nat DOCKER -d 127.0.0.1/32 ! -i bridge1 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 192.0.2.2:80',
      'filter DOCKER -d 192.0.2.2/32 ! -i bridge1 -o bridge1 -p tcp -m tcp --dport 80 -j ACCEPT',
      'nat POSTROUTING -s 192.0.2.2/32 -d 192.0.2.2/32 -p tcp -m tcp --dport 80 -j MASQUERADE',
    ]);
    expect(portRules({ ...port, hostAddress: '::' }, 'bridge1')).toEqual([]);
  });

  it('does the same for IPv6, where the container has it', () => {
    const v6 = { ...port, hostAddress: '::1', containerAddress: 'fd00::2' };
    expect(portRules(v6, 'bridge1').map(({ family, text }) => `${family} ${text}`)).toEqual([
      'ipv6 DOCKER -d ::1/128 ! -i bridge1 -p tcp -m tcp --dport 8080 -j DNAT --to-destination [fd00::2]:80',
      'ipv6 DOCKER -d fd00::2/128 ! -i bridge1 -o bridge1 -p tcp -m tcp --dport 80 -j ACCEPT',
      'ipv6 POSTROUTING -s fd00::2/128 -d fd00::2/128 -p tcp -m tcp --dport 80 -j MASQUERADE',
    ]);
    expect(portRules({ ...v6, hostAddress: '0.0.0.0' }, 'bridge1')).toEqual([]);
  });
});

describe('the input of iptables-restore', () => {
  it('has a part for each table, and keeps the jumps of FORWARD first', () => {
    const rules = networkRules({ ...network, internal: true });
    expect(addText(rules)).toBe(
      [
        '*filter',
        '-I FORWARD -i bridge1 -o bridge1 -j ACCEPT',
        '-I DOCKER-ISOLATION-STAGE-1 ! -d 192.0.2.0/24 -i bridge1 -j DROP',
        '-I DOCKER-ISOLATION-STAGE-1 ! -s 192.0.2.0/24 -o bridge1 -j DROP',
        '-D FORWARD -j DOCKER-ISOLATION-STAGE-1',
        '-I FORWARD -j DOCKER-ISOLATION-STAGE-1',
        '-D FORWARD -j DOCKER-USER',
        '-I FORWARD -j DOCKER-USER',
        'COMMIT',
        '',
      ].join('\n'),
    );
    expect(removeText(rules.slice(0, 1))).toBe(
      '*filter\n-D FORWARD -i bridge1 -o bridge1 -j ACCEPT\nCOMMIT\n',
    );
    expect(addText([])).toBe('');
  });
});
