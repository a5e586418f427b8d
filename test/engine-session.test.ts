/** An engine that goes on with what another one knew, on a guest that still holds the processes. */
import { describe, expect, test } from 'vitest';
import type { ContainerInspect } from '../src/api/container.ts';
import { FakeProcess } from '../src/guest/fake-guest.ts';
import type { SavedEngine } from '../src/engine/state/saved-engine.ts';
import { createFakeEngine, type FakeEngine } from './support/fake-engine.ts';
import { createMemoryRecordStore } from './support/memory-stores.ts';

async function inspect({ call }: FakeEngine, id: string): Promise<ContainerInspect> {
  return (await call('GET', `/containers/${id}/json`)).json as ContainerInspect;
}

/** Holds, saves and starts another engine over the processes of the first. */
async function goOn(before: FakeEngine, state = createMemoryRecordStore()): Promise<FakeEngine> {
  const hold = await before.engine.hold();
  const saved = JSON.parse(JSON.stringify(before.engine.save())) as SavedEngine;
  hold.dispose();
  const after = await createFakeEngine({ state, saved });
  for (const { alive, pid, plan, options } of [...before.guest.processes, ...before.guest.programs])
    if (alive && options.key !== undefined)
      after.guest.orphans.set(options.key, new FakeProcess(pid, plan, options));
  after.guest.script = (process) => {
    if (JSON.stringify(process.plan).includes('"date"')) process.end(0);
  };
  await after.engine.setUpMachine();
  return after;
}

describe('an engine over a restored machine', () => {
  test('has its containers running: logs, stop and exit code go on', async () => {
    const before = await createFakeEngine();
    const id = await before.create({}, 'web');
    const rm = await before.create({ HostConfig: { AutoRemove: true } }, 'passing');
    for (const name of [id, rm]) await before.call('POST', `/containers/${name}/start`);
    const known = await inspect(before, id);
    const state = createMemoryRecordStore();
    await state.set('container/other', new TextEncoder().encode('{}'));
    const after = await goOn(before, state);
    expect(await inspect(after, id)).toEqual(known);
    expect(known.State.Running).toBe(true);
    expect(await state.keys('container/')).toEqual([`container/${id}`]);
    const process = after.guest.processes.find(
      ({ alive, pid }) => alive && pid === known.State.Pid,
    );
    process?.print('still here\n');
    const wait = after.call('POST', `/containers/${id}/wait`);
    process?.end(5);
    expect((await wait).json).toEqual({ StatusCode: 5 });
    expect((await inspect(after, id)).State).toMatchObject({ Status: 'exited', ExitCode: 5 });
    await after.call('POST', `/containers/${rm}/stop?t=0`);
    await expect
      .poll(async () => (await after.call('GET', `/containers/${rm}/json`)).status)
      .toBe(404);
  });

  test('keeps addresses, ports and networks taken, and lets go of them with the container', async () => {
    const before = await createFakeEngine();
    await before.call('POST', '/networks/create', { Name: 'net' });
    const HostConfig = { NetworkMode: 'net', PortBindings: { '80/tcp': [{ HostPort: '8080' }] } };
    const id = await before.create({ ExposedPorts: { '80/tcp': {} }, HostConfig }, 'web');
    await before.call('POST', `/containers/${id}/start`);
    const after = await goOn(before);
    const { NetworkSettings: settings } = await inspect(after, id);
    expect(settings).toEqual((await inspect(before, id)).NetworkSettings);
    expect(after.guest.listeners.map(({ options }) => options.netnsPid)).toEqual([
      (await inspect(before, id)).State.Pid,
    ]);
    const second = await after.create({ ExposedPorts: { '80/tcp': {} }, HostConfig }, 'second');
    const refused = await after.call('POST', `/containers/${second}/start`);
    expect(JSON.stringify(refused.json)).toContain('port is already allocated');
    await after.call('POST', `/containers/${id}/stop?t=0`);
    expect((await after.call('POST', `/containers/${second}/start`)).status).toBe(204);
  });

  test('takes down what ended in the moment of the save', async () => {
    const before = await createFakeEngine();
    const id = await before.create({}, 'web');
    await before.call('POST', `/containers/${id}/start`);
    const hold = await before.engine.hold();
    const saved = before.engine.save();
    hold.dispose();
    const after = await createFakeEngine({ saved });
    after.guest.script = (process) => process.end(0);
    await after.engine.setUpMachine();
    await expect.poll(async () => (await inspect(after, id)).State.Status).toBe('exited');
    expect((await inspect(after, id)).State.ExitCode).toBe(255);
  });

  test('refuses what another version saved', async () => {
    const before = await createFakeEngine();
    const after = await createFakeEngine({ saved: { ...before.engine.save(), version: 99 } });
    await expect(after.engine.setUpMachine()).rejects.toMatchObject({ kind: 'dataLoss' });
  });
});
