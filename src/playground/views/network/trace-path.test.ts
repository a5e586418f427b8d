import { describe, expect, test } from 'vitest';
import { networkReading } from './network.fixture.ts';
import { publishedPlaces, targets, type Place } from './places.ts';
import { tracePath } from './trace-path.ts';

const container = (name: string): Place => ({ kind: 'container', id: name, name });
const machine: Place = { kind: 'machine' };
const outside: Place = { kind: 'outside' };
const reading = networkReading();
const port: Place = {
  kind: 'port',
  port: publishedPlaces(reading)[0] ?? expect.unreachable('no port'),
};

/** Each step with what decides it. */
function steps(from: Place, to: Place, given = reading): string[] {
  const { steps: taken, reached } = tracePath(given, from, to);
  const told = taken.map(({ what, name, device, via, rule, chain }) =>
    [what, name, device, via, rule ?? chain].filter(Boolean).join(' '),
  );
  return [...told, reached ? 'reached' : 'not reached'];
}

describe('tracePath()', () => {
  test('between containers of one network crosses its bridge and nothing else', () => {
    expect(steps(container('web'), container('db'))).toEqual([
      'send web',
      'route eth0',
      'veth eth0 veth-web-shop',
      'accept -A FORWARD -i br-shop -o br-shop -j ACCEPT',
      'bridge veth-db-shop br-shop',
      'veth veth-db-shop eth0',
      'arrive db',
      'reached',
    ]);
  });

  test('between containers of two networks ends where Docker isolates them', () => {
    expect(steps(container('db'), container('far')).slice(-3)).toEqual([
      'route docker0',
      'drop -A DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP',
      'not reached',
    ]);
  });

  test('from a container to the outside gets the machine’s address on the way out', () => {
    const { steps: taken } = tracePath(reading, container('far'), outside);
    expect(taken.find(({ what }) => what === 'rewrite')).toMatchObject({
      rule: '-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE',
      packet: { source: '10.0.2.15' },
    });
    expect(taken.at(-1)?.name).toBe('outside');
  });

  test('from outside to a published port is sent on to the container', () => {
    expect(steps(outside, port)).toEqual([
      'send outside',
      'rewrite -A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80',
      'route docker0',
      'accept -A DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT',
      'bridge veth-web-bridge docker0',
      'veth veth-web-bridge eth0',
      'arrive web',
      'reached',
    ]);
  });

  test('from the machine’s own loopback goes through docker-proxy, as no rule takes it', () => {
    const taken = steps(machine, port);
    expect(taken).toContain('proxy 0.0.0.0:8080');
    expect(taken.some((step) => step.startsWith('rewrite'))).toBe(false);
    expect(taken.slice(-2)).toEqual(['arrive web', 'reached']);
  });

  test('from a container to a published port of its own network goes through docker-proxy', () => {
    expect(steps(container('far'), port)).toContain('proxy 0.0.0.0:8080');
  });

  test('heeds a rule that the user put into DOCKER-USER, and passes over what it does not know', () => {
    const rule = (text: string) => ({ table: 'filter', chain: 'DOCKER-USER', text }) as const;
    const blocked = networkReading([
      rule('-m time --timestart 08:00 -j DROP'),
      rule('-s 172.17.0.3/32 -j DROP'),
    ]);
    expect(steps(container('far'), outside, blocked).slice(-2)).toEqual([
      'drop -A DOCKER-USER -s 172.17.0.3/32 -j DROP',
      'not reached',
    ]);
    expect(steps(container('web'), outside, blocked).at(-1)).toBe('reached');
  });

  test('without a gateway there is no way out', () => {
    const { machine: own, ...rest } = reading;
    const endpoints = own.endpoints.map(({ gateway: _gateway, ...endpoint }) => endpoint);
    const internal = { ...rest, machine: { ...own, endpoints } };
    expect(steps(container('db'), outside, internal)).toEqual(['send db', 'lost', 'not reached']);
  });

  test('gives an answer for every pair there is', () => {
    for (const from of [container('web'), container('far'), machine, outside])
      for (const to of targets(reading, from))
        expect(tracePath(reading, from, to).steps.length).toBeGreaterThan(1);
  });
});
