import { expect, test, vi } from 'vitest';
import type { ContainerInspect } from '../../../api/container.ts';
import type { ContainerStats } from '../../../api/stats.ts';
import { ApiClient } from '../../../client/api-client.ts';
import { encodeStdcopy } from '../../../lib/stdcopy.ts';
import { FakeApi, FakeServices } from '../fake-services.ts';
import { sizeText } from '../size-text.ts';
import { actionCommand, actionsOf, raiseLimitCommand } from './container-actions.ts';
import { ContainerLog } from './container-log.svelte.ts';
import { ContainerStatsSeries } from './container-stats.svelte.ts';
import { addressesOf, liveContainers, publishedPortsOf } from './containers-view.svelte.ts';

const cpu = (total: number, system: number): ContainerStats['cpu_stats'] => ({
  cpu_usage: { total_usage: total, usage_in_kernelmode: 0, usage_in_usermode: 0 },
  system_cpu_usage: system,
  online_cpus: 2,
  throttling_data: { periods: 0, throttled_periods: 0, throttled_time: 0 },
});

test('liveContainers() inspects every container, and passes over one that went', async () => {
  const api = new FakeApi({
    '/containers/json': [{ Id: 'a' }, { Id: 'b' }],
    '/containers/a/json': { Id: 'a', Name: '/web' },
  });
  const services = new FakeServices((request) =>
    request.path.includes('/containers/b/')
      ? Promise.resolve({ status: 404, headers: {} })
      : api.handler(request),
  );
  const live = liveContainers(services);
  await vi.waitFor(() => expect(live.value?.map(({ Id }) => Id)).toEqual(['a']));
  live.dispose();
});

test('actions follow the state, and each is a docker command', () => {
  expect(actionsOf('running')).toEqual(['stop', 'restart', 'pause', 'kill', 'shell', 'logs']);
  expect(actionsOf('exited')).toEqual(['start', 'restart', 'rm', 'logs']);
  expect(actionCommand('rm', 'web')).toBe('docker rm web');
  expect(actionCommand('shell', 'web')).toBe('docker exec -it web sh');
  expect(raiseLimitCommand('web', 8 * 2 ** 20)).toBe(
    'docker update --memory 16m --memory-swap -1 web && docker start web',
  );
});

test('ContainerStatsSeries reckons as docker stats does, and ends its stream', async () => {
  const api = new FakeApi();
  const series = new ContainerStatsSeries(new ApiClient(api.handler), 'c');
  await vi.waitFor(() => expect(api.isOpen('/containers/c/stats')).toBe(true));
  api.send('/containers/c/stats', {
    cpu_stats: cpu(300, 2000),
    precpu_stats: cpu(200, 1000),
    memory_stats: { usage: 5000, limit: 9000, stats: { inactive_file: 1000 } },
    networks: { eth0: { rx_bytes: 1, tx_bytes: 2 }, eth1: { rx_bytes: 3, tx_bytes: 4 } },
    pids_stats: { current: 2 },
  });
  await vi.waitFor(() => expect(series.samples).toHaveLength(1));
  expect(series.samples[0]).toEqual({
    cpuPercent: 20,
    memoryBytes: 4000,
    memoryLimitBytes: 9000,
    receivedBytes: 4,
    sentBytes: 6,
    processes: 2,
  });
  series.dispose();
  expect(api.isOpen('/containers/c/stats')).toBe(false);
});

test('ContainerLog shows both streams without escape sequences', async () => {
  const frames = (stream: 'stdout' | 'stderr', text: string) =>
    encodeStdcopy(stream, new TextEncoder().encode(text));
  const api = () =>
    Promise.resolve({
      status: 200,
      headers: {},
      body: new Blob([
        frames('stdout', '\u001B[31mred\u001B[0m\r\n').slice(),
        frames('stderr', 'no\n').slice(),
      ]).stream(),
    });
  const log = new ContainerLog(new ApiClient(api), { container: 'c', tty: false });
  await vi.waitFor(() => expect(log.text).toBe('red\nno\n'));
  log.dispose();
});

test('facts are those of docker inspect', () => {
  const container = {
    NetworkSettings: {
      Networks: { bridge: { IPAddress: '172.17.0.2' }, none: { IPAddress: '' } },
      Ports: {
        '80/tcp': [{ HostPort: '8080' }, { HostIp: '::', HostPort: '8080' }],
        '9/udp': null,
      },
    },
  } as unknown as ContainerInspect;
  expect(addressesOf(container)).toEqual(['172.17.0.2 (bridge)']);
  expect(publishedPortsOf(container)).toEqual([{ hostPort: 8080, containerPort: '80/tcp' }]);
  expect([0, 1536, 33554432, 999].map(sizeText)).toEqual(['0 B', '1.5 KiB', '32 MiB', '999 B']);
});
