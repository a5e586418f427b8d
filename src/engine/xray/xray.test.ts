/** The x-ray stream of an engine whose processes the test plays. */
import { describe, expect, test } from 'vitest';
import { createFakeEngine, type FakeEngine } from '../../../test/support/fake-engine.ts';
import type { XrayEvent } from '../../api/xray.ts';
import { fakeSetupError } from '../../guest/fake-guest.ts';
import { eventsPerRequestMax, requestsMax, XrayHub } from './xray-hub.ts';

async function watch(engine: FakeEngine, query = '?follow=1') {
  const stop = new AbortController();
  const { body, headers } = await engine.handler({
    method: 'GET',
    path: `/bottleship/xray${query}`,
    headers: {},
    signal: stop.signal,
  });
  if (!(body instanceof ReadableStream)) throw new Error('No stream');
  const text = new Response(body).text();
  return {
    headers,
    /** Ends the watch and gives everything that was told. */
    async events(): Promise<XrayEvent[]> {
      stop.abort();
      const lines = (await text).trimEnd().split('\n');
      return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as XrayEvent);
    },
  };
}

const startOf = async (engine: FakeEngine, id: string) =>
  engine.handler({
    method: 'POST',
    path: `/v1.51/containers/${id}/start`,
    headers: { 'x-request-id': 'my-start' },
  });

describe('the x-ray stream', () => {
  test('tells each step of a start with its cause and command, and the exit with it', async () => {
    const engine = await createFakeEngine();
    const id = await engine.create();
    const watching = await watch(engine);
    const { headers } = await startOf(engine, id);
    expect(headers['x-request-id']).toBe('my-start');
    engine.guest.processes[0]?.end(3);
    await engine.call('POST', `/containers/${id}/wait`);
    const events = await watching.events();
    const mine = events.filter(({ requestId }) => requestId === 'my-start');
    expect(mine[0]).toMatchObject({ kind: 'request', operation: 'begin', result: 'ok' });
    const operations = mine.map(({ operation }) => operation);
    for (const operation of ['mount', 'clone', 'pivotRoot', 'capabilities', 'seccomp', 'setUser', 'exec'])
      expect(operations).toContain(operation);
    expect(operations.indexOf('clone')).toBeLessThan(operations.indexOf('exec'));
    expect(mine.find(({ operation }) => operation === 'clone')?.shell).toMatch(/exec unshare --/);
    expect(mine.find(({ operation }) => operation === 'exit')?.arguments).toMatchObject({ code: 3 });
    expect(mine.find(({ operation }) => operation === 'end')?.arguments).toMatchObject({ status: 204 });
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_event, index) => index));
  }); // prettier-ignore

  test('tells the step that failed, with errno, and none after it', async () => {
    const engine = await createFakeEngine();
    const id = await engine.create();
    engine.guest.script = () => {
      throw fakeSetupError({ section: 'child', step: 0, errnoName: 'EPERM' });
    };
    const watching = await watch(engine, '?follow=1&request=my-start');
    await startOf(engine, id);
    const plan = (await watching.events()).filter(({ kind }) => kind === 'plan');
    const failed = plan.findIndex(({ result }) => result === 'failed');
    expect(plan[failed]).toMatchObject({ errno: 'EPERM', arguments: { section: 'child' } });
    expect(plan.slice(failed + 1).filter((event) => event.arguments['section'] === 'child')).toEqual([]);
  }); // prettier-ignore

  test('tells of requests for an image of the name, and not of who looks', async () => {
    const engine = await createFakeEngine();
    const watching = await watch(engine);
    await engine.call('GET', '/images/bottleship/app/json');
    await engine.call('GET', '/bottleship/processes');
    const begun = (await watching.events()).filter(({ operation }) => operation === 'begin');
    expect(begun.map(({ arguments: { path } }) => path)).toEqual([
      expect.stringMatching(/\/images\/bottleship\/app\/json$/),
    ]);
  });

  test('costs nothing while nobody watches, and asks the agent for times only then', async () => {
    const engine = await createFakeEngine();
    await startOf(engine, await engine.create());
    expect(engine.guest.processes[0]?.options.traced).toBeUndefined();
    const watching = await watch(engine);
    await startOf(engine, await engine.create());
    expect(engine.guest.processes[1]?.options.traced).toBe(true);
    await watching.events();
    expect(await (await watch(engine, '')).events()).toEqual([]);
  });

  test('a request without a usable ID gets one', async () => {
    const engine = await createFakeEngine();
    for (const headers of [{}, { 'x-request-id': 'a b' }]) {
      const response = await engine.handler({ method: 'GET', path: '/_ping', headers });
      expect(response.headers['x-request-id']).toMatch(/^[0-9a-f]{16}$/);
    }
  });
});

describe('XrayHub', () => {
  const event = (requestId: string): Omit<XrayEvent, 'sequence'> => ({
    requestId,
    startedAt: '',
    durationMicroseconds: 0,
    kind: 'request',
    operation: 'begin',
    arguments: {},
    result: 'ok',
    cause: '',
  });

  test('keeps the last requests, each with so many steps, for who comes later', async () => {
    const hub = new XrayHub();
    const first = hub.subscribe({ follow: true }).getReader();
    for (let count = 0; count < requestsMax + 3; count++) hub.publish(event(`r${count}`));
    for (let count = 0; count < eventsPerRequestMax + 3; count++) hub.publish(event('long'));
    const kept: XrayEvent[] = [];
    for await (const each of hub.subscribe({ follow: false })) kept.push(each);
    expect(new Set(kept.map(({ requestId }) => requestId)).size).toBe(requestsMax);
    expect(kept.filter(({ requestId }) => requestId === 'long')).toHaveLength(eventsPerRequestMax);
    await first.cancel();
    expect(hub.isListening).toBe(false);
  });
});
