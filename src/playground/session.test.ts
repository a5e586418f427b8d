import { expect, test } from 'vitest';
import { bootPhases } from './container-host.ts';
import { FakeHost } from './fake-host.ts';
import type { FakeHostOptions } from './fake-host.ts';
import { Session } from './session.svelte.ts';

function sessionOf(...options: FakeHostOptions[]) {
  const hosts: FakeHost[] = [];
  let now = 0;
  const session = new Session({
    createHost: () => {
      const host = new FakeHost(options[hosts.length]);
      hosts.push(host);
      return host;
    },
    now: () => (now += 500),
  });
  return { session, hosts };
}

const steps = (session: Session) => bootPhases.map((phase) => session.stepState(phase));

test('Session goes through the phases of a boot to ready', async () => {
  const { session, hosts } = sessionOf({});
  expect([session.phase, ...steps(session)]).toEqual(['idle', 'waiting', 'waiting', 'waiting']);
  const starting = session.start();
  expect(steps(session)).toEqual(['running', 'waiting', 'waiting']);
  hosts[0]?.events?.phase('booting');
  expect(steps(session)).toEqual(['done', 'running', 'waiting']);
  await starting;
  expect([session.phase, ...steps(session)]).toEqual(['ready', 'done', 'done', 'done']);
  expect(session.receivedBytes).toBe(session.totalBytes);
  expect(session.consoleText).toContain('Linux version');
  expect(session.bootMs).toBe(500);
  expect(session.host).toBe(hosts[0]);
  hosts[0]?.events?.disk(false);
  expect(session.diskLasts).toBe(false);
});

test('Session shows a failed boot with its phase and cause, and retry makes a new host', async () => {
  const { session, hosts } = sessionOf({ bootFailure: 'Machine halted' }, {});
  await session.start();
  expect(session.phase).toBe('failed');
  expect(session.cause).toBe('Machine halted');
  expect(steps(session)).toEqual(['done', 'failed', 'waiting']);
  expect(session.host).toBeUndefined();
  expect(hosts[0]?.disposed).toBe(true);
  await session.start();
  expect([session.phase, session.cause]).toEqual(['ready', '']);
  expect(hosts).toHaveLength(2);
});

test('Session fails when its host is lost after it was ready', async () => {
  const { session, hosts } = sessionOf({});
  await session.start();
  hosts[0]?.events?.lost('Emulator stopped');
  expect(session.phase).toBe('failed');
  expect(session.failedPhase).toBeUndefined();
  expect(session.cause).toBe('Emulator stopped');
});

test('Session ignores a host that was replaced', async () => {
  const { session, hosts } = sessionOf({ stepMs: 5 }, {});
  const first = session.start();
  const second = session.start();
  await Promise.all([first, second]);
  hosts[0]?.events?.lost('too late');
  hosts[0]?.events?.console('too late');
  expect(session.phase).toBe('ready');
  expect(session.consoleText).not.toContain('too late');
  expect(hosts[0]?.disposed).toBe(true);
});

test('onReady() calls back for every host, at once when one is ready', async () => {
  const { session, hosts } = sessionOf({}, {});
  const seen: unknown[] = [];
  const listening = session.onReady((host) => seen.push(host));
  await session.start();
  session.onReady((host) => seen.push(host)).dispose();
  listening.dispose();
  await session.start();
  expect(seen).toEqual([hosts[0], hosts[0]]);
});

test('readKernelLog() asks the machine for its whole log and keeps what is there otherwise', async () => {
  const { session, hosts } = sessionOf({});
  await session.readKernelLog();
  await session.start();
  const [host] = hosts;
  if (host === undefined) throw new Error('No host');
  host.run = () => Promise.reject(new Error('no dmesg'));
  await session.readKernelLog();
  expect(session.consoleText).toContain('Linux version');
  host.run = (line) => Promise.resolve({ stdout: `log of ${line}`, stderr: '', exitCode: 0 });
  await session.readKernelLog();
  expect(session.consoleText).toBe('log of dmesg');
});

test('Session keeps the end of an endless kernel log', async () => {
  const { session, hosts } = sessionOf({});
  await session.start();
  hosts[0]?.events?.console('x'.repeat(1_000_000));
  hosts[0]?.events?.console('last words');
  expect(session.consoleText.length).toBe(128 * 1024);
  expect(session.consoleText).toMatch(/last words$/);
});
