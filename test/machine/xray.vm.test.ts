/** What an onlooker sees of a `docker run` on the real machine, and the Engine API on the machine's own socket. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { XrayEvent } from '../../src/api/xray.ts';
import { type TestHost, startTestHost } from '../support/host.ts';

let host: TestHost;

beforeAll(async () => {
  host = await startTestHost();
  await host.run('docker pull -q busybox');
}, 180_000);

afterAll(async () => {
  await host.dispose();
});

async function xray(query: string, whileOpen: () => Promise<unknown>): Promise<XrayEvent[]> {
  const stop = new AbortController();
  const path = `/bottleship/xray${query}`;
  const { body } = await host.host.api({ method: 'GET', path, headers: {}, signal: stop.signal });
  if (!(body instanceof ReadableStream)) throw new Error('No stream');
  const text = new Response(body).text();
  await whileOpen();
  stop.abort();
  const lines = (await text).split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as XrayEvent);
}

test('a run is told step by step, as the kernel did it, and forgotten when nobody listens', async () => {
  const run = () => host.run('docker run --memory 32m busybox sh -c "exit 3"');
  const events = await xray('?follow=1', run);
  expect(events.map(({ sequence }) => sequence)).toEqual(
    events.map((_event, index) => (events[0]?.sequence ?? 0) + index),
  );
  const begin = events.find(
    ({ operation, arguments: { path } }) =>
      operation === 'begin' && String(path).endsWith('/start'),
  );
  const start = events.filter(({ requestId }) => requestId === begin?.requestId);
  const exec = start.findIndex(({ operation }) => operation === 'exec');
  const plan = start.slice(0, exec + 1).filter(({ kind }) => kind === 'plan');
  const order = plan.map(({ operation }) => operation);
  const wanted = ['mount', 'clone', 'setsid', 'pivotRoot', 'mknod', 'sethostname', 'maskPath', 'seccomp', 'capabilities', 'setUser', 'exec']; // prettier-ignore
  const places = wanted.map((operation) => order.indexOf(operation));
  expect(places).not.toContain(-1);
  expect(places).toEqual([...places].sort((a, b) => a - b));
  expect(plan.every(({ cause, shell }) => cause !== '' && shell !== undefined)).toBe(true);
  expect(plan.filter(({ result }) => result !== 'ok')).toEqual([]);
  const overlay = plan.find(({ arguments: { source } }) => source === 'overlay');
  expect(overlay?.shell).toMatch(/^mount -t overlay -o lowerdir=/);
  expect(overlay?.durationMicroseconds).toBeGreaterThan(0);
  const tookMs = plan.reduce((sum, { durationMicroseconds: us }) => sum + us, 0) / 1000;
  const end = start.find(({ operation }) => operation === 'end');
  // The two are measured by different clocks.
  expect(tookMs).toBeLessThan((end?.durationMicroseconds ?? 0) / 1000 + 100);
  expect(start.find(({ operation }) => operation === 'exit')?.arguments).toMatchObject({ code: 3 });
  await run();
  expect(await xray('', async () => {})).toEqual([]);
}, 120_000);

const ask = 'curl -s --unix-socket /var/run/docker.sock http://localhost/v1.51/containers/json';

test('the machine’s socket is the Engine API, and so it is in a container that has it', async () => {
  await host.run('docker run -d --name asked busybox sleep 1000');
  const names = (json: string) =>
    (JSON.parse(json) as { Names: string[] }[]).map((one) => one.Names);
  expect(names((await host.run(ask)).stdout)).toEqual([['/asked']]);
  // Busybox has no client for a unix socket: the machine's program and its libraries come along.
  const binds = ['/var/run/docker.sock', '/usr', '/lib', '/etc/ssl'].map(
    (path) => `-v ${path}:${path}`,
  );
  const inside = await host.run(`docker run --rm --name asking ${binds.join(' ')} busybox ${ask}`);
  expect(names(inside.stdout || inside.stderr)).toEqual([['/asking'], ['/asked']]);
}, 120_000);
