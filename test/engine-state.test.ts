/** Engines one after the other on the same records, on a guest whose processes the test plays. */
import { describe, expect, test } from 'vitest';
import type { ContainerInspect } from '../src/api/container.ts';
import { startsWithEngine } from '../src/engine/state/restart-containers.ts';
import { StateStore } from '../src/engine/state/state-store.ts';
import type { Container } from '../src/engine/container/container.ts';
import { createFakeEngine, type FakeEngine } from './support/fake-engine.ts';
import { createMemoryRecordStore } from './support/memory-stores.ts';

async function inspect({ call }: FakeEngine, id: string): Promise<ContainerInspect> {
  return (await call('GET', `/containers/${id}/json`)).json as ContainerInspect;
}

describe('an engine after another one', () => {
  test('knows containers and volumes, but not what went with --rm', async () => {
    const state = createMemoryRecordStore();
    const before = await createFakeEngine({ state });
    const kept = await before.create({ Labels: { a: 'b' }, Volumes: { '/data': {} } }, 'kept');
    const gone = await before.create({ HostConfig: { AutoRemove: true }, Volumes: { '/x': {} } });
    await before.call('POST', `/containers/${kept}/rename?name=named`);
    await before.call('POST', '/volumes/create', { Name: 'vol', Labels: { l: '1' } });
    const after = await createFakeEngine({ state });
    await after.engine.restored;
    expect(await inspect(after, 'named')).toEqual(await inspect(before, kept));
    expect((await after.call('GET', `/containers/${gone}/json`)).status).toBe(404);
    const volumes = (await after.call('GET', '/volumes')).json as { Volumes: { Name: string }[] };
    expect(volumes.Volumes).toHaveLength(2);
    expect(
      (await after.call('POST', '/containers/create?name=named', { Image: 'busybox' })).status,
    ).toBe(409);
    await after.call('DELETE', '/containers/named');
    expect(await state.keys('container/')).toEqual([]);
  });

  test('says 255 of what ran and keeps the code of what ended', async () => {
    const state = createMemoryRecordStore();
    const before = await createFakeEngine({ state });
    const [running, ended] = [await before.create({}, 'running'), await before.create({}, 'ended')];
    for (const id of [running, ended]) {
      await before.call('POST', `/containers/${id}/start`);
      if (id === ended) before.guest.processes.at(-1)?.end(3);
    }
    await before.call('POST', `/containers/${ended}/wait`);
    const after = await createFakeEngine({ state });
    await after.engine.restored;
    const lost = { Status: 'exited', Running: false, ExitCode: 255, Pid: 0 };
    expect((await inspect(after, running)).State).toMatchObject(lost);
    expect((await inspect(after, ended)).State).toEqual((await inspect(before, ended)).State);
  });

  test('starts with the machine what its policy says', async () => {
    const state = createMemoryRecordStore();
    const before = await createFakeEngine({ state });
    const policy = (Name: string) => ({ HostConfig: { RestartPolicy: { Name } } });
    await before.create(policy('always'), 'always');
    await before.create(policy('no'), 'never');
    const after = await createFakeEngine({ state });
    await after.engine.setUpMachine();
    const statusOf = async (name: string) => (await inspect(after, name)).State.Status;
    await expect.poll(() => statusOf('always')).toBe('running');
    expect(await statusOf('never')).toBe('created');
  });

  test('passes over records that are damaged', async () => {
    const state = createMemoryRecordStore();
    await state.set('container/a', new TextEncoder().encode('{"version":1,"id":"a"'));
    await state.set('container/b', new TextEncoder().encode('{"version":1,"id":"b"}'));
    const engine = await createFakeEngine({ state });
    await engine.engine.restored;
    expect((await engine.call('GET', '/containers/json?all=1')).json).toEqual([]);
  });
});

describe('startsWithEngine()', () => {
  const container = (Name: string, rest: object = {}) =>
    ({
      hostConfig: { RestartPolicy: { Name, MaximumRetryCount: 2 } },
      state: { status: 'exited', exitCode: 1 },
      restartCount: 0,
      manuallyStopped: false,
      ...rest,
    }) as unknown as Container;

  test.each([
    ['always', { manuallyStopped: true }, true],
    ['unless-stopped', { manuallyStopped: true }, false],
    ['unless-stopped', {}, true],
    ['on-failure', {}, true],
    ['on-failure', { restartCount: 2 }, false],
    ['on-failure', { state: { status: 'exited', exitCode: 0 } }, false],
    ['no', {}, false],
    ['always', { state: { status: 'dead', exitCode: 0 } }, false],
  ])('%s with %j: %s', (policy, rest, expected) => {
    expect(startsWithEngine(container(policy, rest))).toBe(expected);
  });
});

describe('StateStore', () => {
  test('writes the latest value only, one at a time', async () => {
    const records = createMemoryRecordStore();
    const written: string[] = [];
    const set = async (key: string, value: Uint8Array) => {
      written.push(new TextDecoder().decode(value));
      await records.set(key, value);
    };
    const store = new StateStore({ ...records, set });
    store.save('k', { n: 1 });
    store.save('k', { n: 2 });
    store.save('k', { n: 3 });
    await store.settled();
    expect(written).toEqual(['{"n":3}']);
    store.save('k', undefined);
    await store.settled();
    expect(await records.keys('')).toEqual([]);
  });

  test('tells a failure once', async () => {
    const set = async () => Promise.reject(new Error('full'));
    const store = new StateStore({ ...createMemoryRecordStore(), set });
    store.save('k', {});
    await expect(store.settled()).rejects.toThrow('full');
    await store.settled();
  });
});
