import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FakeApi, FakeServices } from '../fake-services.ts';
import { gatherMs } from '../live-value.svelte.ts';
import { describePacket, describeRule, describeStep, stepNames } from './describe.ts';
import { layoutGraph } from './graph-layout.ts';
import { networkReading } from './network.fixture.ts';
import { networkStrings } from './network.strings.ts';
import { NetworkView } from './network-view.svelte.ts';

function answersOf({ machine, networks, containers }: ReturnType<typeof networkReading>) {
  return {
    '/bottleship/network': machine,
    '/networks': networks,
    '/containers/json': containers,
  };
}

describe('layoutGraph()', () => {
  const options = { machineTitle: 'Machine' };
  const graph = layoutGraph(networkReading(), options);
  const node = (title: string) => graph.nodes.find((one) => one.title === title);

  test('puts machine, networks, containers and ports in columns, each bridge beside its network', () => {
    const columns = ['docker0', 'bridge', 'web', '8080 → 80/tcp'].map((title) => node(title)?.x ?? 0); // prettier-ignore
    expect(columns).toEqual(columns.toSorted((a, b) => a - b));
    expect(node('docker0')?.y).toBe(node('bridge')?.y);
    expect(graph.edges.filter(({ kind }) => kind === 'veth')).toHaveLength(4);
    expect(graph.edges.filter(({ kind }) => kind === 'bridge')).toHaveLength(2);
  });

  test('folds for a phone: containers below the networks, in less than half the width', () => {
    const folded = layoutGraph(networkReading(), { ...options, isFolded: true });
    expect(folded.width).toBeLessThanOrEqual(358);
    const bottom = (kind: string): number =>
      Math.max(...folded.nodes.filter((one) => one.kind === kind).map((one) => one.y + one.height));
    for (const { kind, y } of folded.nodes)
      if (kind === 'container') expect(y).toBeGreaterThan(bottom('network'));
    expect(folded.edges.map(({ id }) => id)).toEqual(graph.edges.map(({ id }) => id));
  });

  test.each([false, true])(
    'is the same whatever the order of what was read, and nothing of it overlaps (folded: %s)',
    (isFolded) => {
      const own = layoutGraph(networkReading(), { ...options, isFolded });
      const { networks, containers, ...rest } = networkReading();
      const turned = { ...rest, networks: networks.toReversed(), containers: containers.toReversed() }; // prettier-ignore
      expect(layoutGraph(turned, { ...options, isFolded })).toEqual(own);
      const boxes = own.nodes.filter(({ kind }) => kind !== 'machine');
      for (const a of boxes)
        for (const b of boxes) {
          const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y; // prettier-ignore
          expect(a === b || apart, `${a.title} and ${b.title}`).toBe(true);
        }
      for (const { x, y, width, height } of own.nodes) {
        expect(x + width).toBeLessThanOrEqual(own.width);
        expect(y + height).toBeLessThanOrEqual(own.height);
      }
    },
  );
});

describe('describing a path', () => {
  const strings = networkStrings.en;

  test('puts steps, packets and rules into words', () => {
    const packet = { source: 'a', destination: 'b', protocol: 'tcp', port: 80 } as const;
    const route = { what: 'route', device: 'eth0', via: '172.17.0.1', packet } as const;
    expect(describeStep(route, strings)).toBe('A route decides which way');
    expect(stepNames(route)).toBe('eth0 → 172.17.0.1');
    expect(describePacket(route)).toBe('a → b:80/tcp');
    expect(describeRule('-j DNAT --to-destination 1.2.3.4:80', strings)).toContain('1.2.3.4:80');
    expect(describeRule('-m addrtype --dst-type LOCAL -j DOCKER', strings)).toBe(strings.jump);
  });
});

describe('NetworkView', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('traces the chosen pair, and follows reality', async () => {
    const api = new FakeApi(answersOf(networkReading()));
    const view = new NetworkView(new FakeServices(api.handler));
    await vi.advanceTimersByTimeAsync(0);
    expect(view.path).toBeDefined();
    view.choose('from', 'outside');
    view.choose('to', 'port:tcp/0.0.0.0/8080');
    expect(view.path?.reached).toBe(true);
    const { containers, machine, ...rest } = networkReading();
    const endpoints = machine.endpoints.filter(({ containerName }) => containerName !== 'web');
    Object.assign(
      api.answers,
      answersOf({
        ...rest,
        machine: { ...machine, endpoints },
        containers: containers.filter(({ Id }) => Id !== 'web'),
      }),
    );
    api.tell('disconnect', 'network');
    api.tell('die');
    await vi.advanceTimersByTimeAsync(gatherMs);
    expect(api.count('/bottleship/network')).toBe(2);
    expect(view.sources.map(({ kind }) => kind)).toEqual(['container', 'container', 'machine', 'outside']); // prettier-ignore
    // Nothing is published any more: from outside there is nothing to ask for.
    expect(view.targets).toEqual([]);
    expect(view.path).toBeUndefined();
    view.dispose();
  });
});
