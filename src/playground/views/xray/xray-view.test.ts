import { expect, test, vi } from 'vitest';
import type { XrayEvent } from '../../../api/xray.ts';
import { FakeApi, FakeServices } from '../fake-services.ts';
import { commandsMax, XrayCommands } from './xray-commands.ts';
import { systemCallOf } from './system-calls.ts';
import { XrayView } from './xray-view.svelte.ts';

let sequence = 0;

function event(requestId: string, given: Partial<XrayEvent>): XrayEvent {
  return {
    requestId,
    sequence: sequence++,
    startedAt: '2026-01-01T00:00:00Z',
    durationMicroseconds: 0,
    kind: 'plan',
    operation: 'mount',
    arguments: {},
    result: 'ok',
    cause: '',
    ...given,
  };
}

const begin = (id: string, args: XrayEvent['arguments']) =>
  event(id, { kind: 'request', operation: 'begin', arguments: args });

const step = (id: string, section: string, operation: string) =>
  event(id, { operation, arguments: { section }, durationMicroseconds: 250 });

const run = [
  begin('aa.0', { method: 'POST', path: '/v1.51/containers/create', command: 'docker run x' }),
  begin('aa.1', {
    method: 'POST',
    path: `/v1.51/containers/${'c'.repeat(64)}/start?a=b`,
    command: 'docker run x',
  }),
  step('aa.1', 'before', 'mount'),
  step('aa.1', 'before', 'mkdir'),
  step('aa.1', 'clone', 'clone'),
  step('aa.1', 'child', 'exec'),
  event('aa.1', { kind: 'request', operation: 'end', arguments: { status: 204 } }),
  event('aa.1', { kind: 'process', operation: 'exit', arguments: { code: 0 } }),
];

test('XrayCommands joins the requests of a command line, and steps by phase', () => {
  const commands = new XrayCommands();
  for (const each of run) commands.add(each);
  const [command] = commands.list();
  expect(command).toMatchObject({ text: 'docker run x', stepCount: 5, durationMicrosecondsMax: 250 });
  const [, start] = command?.requests ?? [];
  expect(start).toMatchObject({ method: 'POST', path: '/containers/cccccccccccc/start', status: 204 });
  expect(start?.phases.map(({ phase, steps }) => [phase, steps.length])).toEqual([
    ['before', 2],
    ['clone', 1],
    ['child', 1],
    ['process', 1],
  ]);
}); // prettier-ignore

test('XrayCommands leaves out what the page asks, and keeps what other clients do', () => {
  const commands = new XrayCommands();
  expect(commands.add(begin('g', { method: 'GET', path: '/v1.51/containers/json' }))).toBe(false);
  expect(commands.add(begin('p', { method: 'POST', path: '/containers/a/stop' }))).toBe(true);
  for (let count = 0; count < commandsMax; count++)
    commands.add(begin(`r${count}`, { method: 'POST', path: '/x' }));
  expect(commands.list()).toHaveLength(commandsMax);
  expect(commands.list().some(({ id }) => id === 'p')).toBe(false);
  expect(commands.add(step('p', 'child', 'exec'))).toBe(false);
});

test('XrayView shows the newest command that took steps, or the chosen one', async () => {
  const api = new FakeApi();
  const view = new XrayView(new FakeServices(api.handler));
  await vi.waitFor(() => expect(view.watching).toBe(true));
  for (const each of run) api.send('/bottleship/xray', each);
  api.send(
    '/bottleship/xray',
    begin('bb.0', { method: 'GET', path: '/v1.51/containers/json', command: 'docker ps' }),
  );
  await vi.waitFor(() => expect(view.commands).toHaveLength(2));
  expect(view.shown?.text).toBe('docker run x');
  view.choose('bb');
  expect(view.shown?.text).toBe('docker ps');
  view.dispose();
  expect(api.isOpen('/bottleship/xray')).toBe(false);
});

test('systemCallOf() knows operations of plans, and links go over netlink', () => {
  expect(systemCallOf('pivotRoot')).toBe('pivot_root(2)');
  expect(systemCallOf('linkAdd')).toBe('rtnetlink(7)');
  expect(systemCallOf('layerStored')).toBeUndefined();
});
