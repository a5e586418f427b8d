/** Restart policies, healthchecks, stops and updates: on a guest whose processes the test plays, with a clock it moves. */
import { describe, expect, test } from 'vitest';
import type { ContainerInspect, ContainerSummary } from '../src/api/container.ts';
import type { FakeProcess } from '../src/guest/fake-guest.ts';
import { FakeClock, settle } from './support/fake-clock.ts';
import { createFakeEngine, type FakeEngine } from './support/fake-engine.ts';

async function start(config: object = {}) {
  const clock = new FakeClock();
  const engine = await createFakeEngine({ clock });
  const actions: string[] = [];
  const events = engine.engine.systemEvents({ filters: new Map([['type', ['container']]]) });
  const collect = async () => {
    for await (const { Action, Actor } of await events) {
      const { exitCode, signal } = Actor.Attributes;
      actions.push([Action, exitCode ?? signal].filter(Boolean).join(' '));
    }
  };
  collect().catch(() => {});
  const id = await engine.create(config, 'one');
  await engine.call('POST', '/containers/one/start');
  await settle();
  return { clock, engine, actions, id };
}

async function inspect({ call }: FakeEngine): Promise<ContainerInspect> {
  return (await call('GET', '/containers/one/json')).json as ContainerInspect;
}

function last({ guest }: FakeEngine): FakeProcess {
  const process = guest.processes.at(-1);
  if (process === undefined) throw new Error('Nothing was run');
  return process;
}

describe('restart policies', () => {
  test('always: started again after 100, 200, 400 ms, restarting in between', async () => {
    const { clock, engine, actions } = await start({
      HostConfig: { RestartPolicy: { Name: 'always' } },
    });
    for (const delayMs of [100, 200, 400]) {
      last(engine).end(3);
      await settle();
      const { State: state } = await inspect(engine);
      expect(state).toMatchObject({ Status: 'restarting', Running: true, ExitCode: 3 });
      expect(clock.pendingMs).toContain(delayMs);
      await clock.advance(delayMs);
      expect((await inspect(engine)).State.Status).toBe('running');
    }
    expect((await inspect(engine)).RestartCount).toBe(3);
    expect(actions.filter((action) => /^(start|die)/.test(action)).slice(0, 4)).toEqual([
      'start',
      'die 3',
      'start',
      'die 3',
    ]);
  });

  test('on-failure:1 gives up, and success is no failure', async () => {
    const policy = { RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 1 } };
    const { clock, engine } = await start({ HostConfig: policy });
    last(engine).end(1);
    await clock.advance(100);
    last(engine).end(1);
    await settle();
    expect(await inspect(engine)).toMatchObject({ RestartCount: 1, State: { Status: 'exited' } });
  });

  test('a stop during the back-off ends it, with no signal to anybody', async () => {
    const { clock, engine, actions } = await start({
      HostConfig: { RestartPolicy: { Name: 'always' } },
    });
    last(engine).end(1);
    await settle();
    expect((await engine.call('POST', '/containers/one/stop')).status).toBe(204);
    expect((await inspect(engine)).State).toMatchObject({ Status: 'exited', Running: false });
    await clock.advance(60_000);
    expect(engine.guest.processes).toHaveLength(1);
    expect(actions).toEqual(['create', 'start', 'die 1', 'stop']);
  });

  test('rm -f during the back-off removes it', async () => {
    const { engine } = await start({ HostConfig: { RestartPolicy: { Name: 'always' } } });
    last(engine).end(1);
    await settle();
    expect((await engine.call('DELETE', '/containers/one')).status).toBe(409);
    expect((await engine.call('DELETE', '/containers/one?force=1')).status).toBe(204);
  });

  test('any signal counts as a stop, unless the container names its own', async () => {
    const config = { HostConfig: { RestartPolicy: { Name: 'always' } } };
    const plain = await start(config);
    await plain.engine.call('POST', '/containers/one/kill?signal=USR1');
    await settle();
    expect((await inspect(plain.engine)).State.Status).toBe('exited');
    const own = await start({ ...config, StopSignal: 'SIGINT' });
    await own.engine.call('POST', '/containers/one/kill?signal=USR1');
    await settle();
    expect((await inspect(own.engine)).State.Status).toBe('restarting');
  });

  test('docker restart keeps a container with --rm', async () => {
    const { engine, actions } = await start({ HostConfig: { AutoRemove: true } });
    expect((await engine.call('POST', '/containers/one/restart')).status).toBe(204);
    expect((await inspect(engine)).State.Status).toBe('running');
    expect(actions.slice(-5)).toEqual(['kill 15', 'die 143', 'stop', 'start', 'restart']);
  });
});

describe('stop', () => {
  test('sends the signal, waits, and kills', async () => {
    const { clock, engine, actions } = await start({ StopSignal: 'SIGINT', StopTimeout: 3 });
    last(engine).onSignal = (number) => {
      if (number === 9) last(engine).end(137, 9);
    };
    const stopped = engine.call('POST', '/containers/one/stop');
    await clock.advance(2_999);
    expect(last(engine).signals).toEqual([2]);
    await clock.advance(1);
    expect((await stopped).status).toBe(204);
    expect(actions.slice(-4)).toEqual(['kill 2', 'kill 9', 'die 137', 'stop']);
  });

  test('of a paused container thaws it after the signal', async () => {
    const { engine, actions } = await start();
    await engine.call('POST', '/containers/one/pause');
    expect((await engine.call('POST', '/containers/one/stop')).status).toBe(204);
    expect(actions).toEqual(['create', 'start', 'pause', 'kill 15', 'unpause', 'die 143', 'stop']);
  });
});

describe('healthchecks', () => {
  const second = 1e9;
  const Healthcheck = { Test: ['CMD-SHELL', 'check'], Interval: second, Retries: 2 };

  test('healthy after the first success, unhealthy after so many failures', async () => {
    const { clock, engine, actions } = await start({ Healthcheck });
    expect((await inspect(engine)).State.Health).toMatchObject({ Status: 'starting', Log: [] });
    let exitCode = 0;
    engine.guest.script = (process) => {
      process.print('checked\n');
      process.end(exitCode);
    };
    await clock.advance(1000);
    const { Health: health } = (await inspect(engine)).State;
    expect(health).toMatchObject({
      Status: 'healthy',
      Log: [{ ExitCode: 0, Output: 'checked\n' }],
    });
    const [listed] = (await engine.call('GET', '/containers/json')).json as ContainerSummary[];
    expect(listed?.Status).toMatch(/^Up .* \(healthy\)$/);
    exitCode = 1;
    await clock.advance(1000);
    expect((await inspect(engine)).State.Health).toMatchObject({
      FailingStreak: 1,
      Status: 'healthy',
    });
    await clock.advance(5000);
    expect((await inspect(engine)).State.Health?.Status).toBe('unhealthy');
    expect((await inspect(engine)).State.Health?.Log).toHaveLength(5);
    expect(actions.filter((action) => action.startsWith('health'))).toEqual([
      'health_status: healthy',
      'health_status: unhealthy',
    ]);
  });

  test('failures of the start period do not count, and its interval is its own', async () => {
    const period = { StartPeriod: 10 * second, StartInterval: second / 2 };
    const { clock, engine } = await start({ Healthcheck: { ...Healthcheck, ...period } });
    engine.guest.script = (process) => process.end(1);
    await clock.advance(2000);
    expect((await inspect(engine)).State.Health).toMatchObject({ FailingStreak: 0 });
    expect((await inspect(engine)).State.Health?.Log).toHaveLength(4);
  });

  test('a probe that takes too long is killed; none runs while paused or after the end', async () => {
    const { clock, engine } = await start({ Healthcheck: { ...Healthcheck, Timeout: second } });
    await clock.advance(1000);
    const probe = last(engine);
    await clock.advance(1000);
    expect(probe.signals).toEqual([9]);
    expect((await inspect(engine)).State.Health?.Log).toMatchObject([
      { ExitCode: -1, Output: 'Health check exceeded timeout (1s)' },
    ]);
    await engine.call('POST', '/containers/one/pause');
    await clock.advance(10_000);
    expect(engine.guest.processes).toHaveLength(2);
    await engine.call('POST', '/containers/one/unpause');
    engine.guest.processes[0]?.end(0);
    await clock.advance(10_000);
    expect(engine.guest.processes).toHaveLength(2);
  });
});

describe('update', () => {
  test('writes only what differs to the cgroup of a running container', async () => {
    const { engine } = await start();
    engine.guest.applied.splice(0);
    engine.guest.devices.set('/dev/d', { type: 'block', device: { major: 7, minor: 0 } });
    const BlkioDeviceReadBps = [{ Path: '/dev/d', Rate: 9 }];
    const changes = { CpuShares: 512, PidsLimit: 20, BlkioWeight: 10, BlkioDeviceReadBps };
    const { json } = await engine.call('POST', '/containers/one/update', changes);
    expect(json).toEqual({ Warnings: null });
    const writes = engine.guest.applied.flatMap(({ before }) =>
      before.map(({ operation }) =>
        operation.op === 'write' ? `${operation.path} ${String(operation.content)}` : '',
      ),
    );
    expect(writes.map((write) => write.split('/').at(-1))).toEqual([
      'cpu.weight 20',
      'io.weight 1',
      'pids.max 20',
      'io.max 7:0 rbps=9',
    ]);
    expect((await inspect(engine)).HostConfig).toMatchObject(changes);
  });

  test('a restart policy holds from the next exit on', async () => {
    const { engine } = await start();
    await engine.call('POST', '/containers/one/update', { RestartPolicy: { Name: 'always' } });
    last(engine).end(0);
    await settle();
    expect((await inspect(engine)).State.Status).toBe('restarting');
  });
});

test('a log driver that cannot be set up: nothing is run, and the state says why', async () => {
  const engine = await createFakeEngine();
  const LogConfig = { Type: 'json-file', Config: { 'max-size': 'x' } };
  await engine.create({ HostConfig: { LogConfig } }, 'one');
  const message = "failed to initialize logging driver: invalid size: 'x'";
  expect(await engine.call('POST', '/containers/one/start')).toEqual({
    status: 500,
    json: { message },
  });
  expect((await inspect(engine)).State).toMatchObject({
    Status: 'created',
    ExitCode: 128,
    Error: message,
  });
  expect(engine.guest.plans).toEqual([]);
});
