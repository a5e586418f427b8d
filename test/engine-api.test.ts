/** The engine behind its API, on a guest whose processes the test plays. */
import { describe, expect, test } from 'vitest';
import type { ContainerInspect } from '../src/api/container.ts';
import { fakeSetupError } from '../src/guest/fake-guest.ts';
import { StdcopyDecoder } from '../src/lib/stdcopy.ts';
import { bodyBytes, createFakeEngine, readAll, type FakeEngine } from './support/fake-engine.ts';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (value: string) => new TextEncoder().encode(value);

function demultiplex(data: Uint8Array): { stdout: string; stderr: string } {
  const seen = { stdout: '', stderr: '' };
  for (const { stream, payload } of new StdcopyDecoder().push(data))
    if (stream === 'stdout' || stream === 'stderr') seen[stream] += text(payload);
  return seen;
}

async function inspect({ call }: FakeEngine, id: string): Promise<ContainerInspect> {
  return (await call('GET', `/containers/${id}/json`)).json as ContainerInspect;
}

function lastProcess({ guest }: FakeEngine) {
  const process = guest.processes.at(-1);
  if (process === undefined) throw new Error('Nothing was run');
  return process;
}

async function attach(
  engine: FakeEngine,
  id: string,
  query = 'stream=1&stdout=1&stderr=1&stdin=1',
) {
  const { upgraded } = await engine.handler({
    method: 'POST',
    path: `/v1.50/containers/${id}/attach?${query}`,
    headers: { connection: 'Upgrade', upgrade: 'tcp' },
  });
  if (upgraded === undefined) throw new Error('Not upgraded');
  return upgraded;
}

describe('a container from create to rm', () => {
  test('attach, start, output, exit, wait and inspect agree', async () => {
    const engine = await createFakeEngine();
    const id = await engine.create({ Cmd: ['echo', 'hi'] }, 'web');
    expect((await inspect(engine, 'web')).State.Status).toBe('created');
    const { readable } = await attach(engine, id);
    const wait = engine.call('POST', `/containers/${id}/wait?condition=next-exit`);
    expect((await engine.call('POST', `/containers/${id}/start`)).status).toBe(204);
    expect((await inspect(engine, id)).State).toMatchObject({ Status: 'running', Running: true });
    lastProcess(engine).print('out\n');
    lastProcess(engine).printError('err\n');
    lastProcess(engine).end(7);
    expect(demultiplex(await readAll(readable))).toEqual({ stdout: 'out\n', stderr: 'err\n' });
    expect((await wait).json).toEqual({ StatusCode: 7 });
    const { State: state } = await inspect(engine, id);
    expect(state).toMatchObject({ Status: 'exited', ExitCode: 7, Pid: 0, OOMKilled: false });
    expect(Date.parse(state.FinishedAt)).toBeGreaterThanOrEqual(Date.parse(state.StartedAt));
    expect((await engine.call('DELETE', `/containers/${id}`)).status).toBe(204);
    expect((await engine.call('GET', `/containers/${id}/json`)).json).toEqual({
      message: `No such container: ${id}`,
    });
  });

  test('a start is one plan, and --rm one more that leaves nothing', async () => {
    const engine = await createFakeEngine();
    engine.guest.script = (process) => process.end(0);
    const run = async () => {
      const id = await engine.create({ HostConfig: { AutoRemove: true } });
      const wait = engine.call('POST', `/containers/${id}/wait?condition=removed`);
      await engine.call('POST', `/containers/${id}/start`);
      await wait;
    };
    await run();
    engine.guest.applied.splice(0);
    engine.guest.plans.splice(0);
    await run();
    expect(engine.guest.plans).toHaveLength(1);
    expect(engine.guest.applied).toHaveLength(1);
    expect(engine.guest.applied[0]?.before.map(({ operation }) => operation.op)).toEqual([
      'linkDelete',
      'umount',
      'removeTree',
      'umount',
      'rmdir',
      'removeTree',
      'removeTree',
    ]);
  });

  test('input goes to the process, and its end too when StdinOnce', async () => {
    const engine = await createFakeEngine();
    const id = await engine.create({ OpenStdin: true, StdinOnce: true });
    const { writable } = await attach(engine, id);
    const writer = writable.getWriter();
    const early = writer.write(bytes('before the start'));
    await engine.call('POST', `/containers/${id}/start`);
    await early;
    await writer.close();
    expect(text(await readAll(lastProcess(engine).input))).toBe('before the start');
  });

  test('ctrl-p ctrl-q leaves the container running', async () => {
    const engine = await createFakeEngine();
    const id = await engine.create({ OpenStdin: true, Tty: true });
    await engine.call('POST', `/containers/${id}/start`);
    const { readable, writable } = await attach(engine, id);
    const writer = writable.getWriter();
    await writer.write(bytes('ls\r\x10'));
    await writer.write(bytes('\x11'));
    expect(text(await readAll(readable))).toBe('');
    expect((await inspect(engine, id)).State.Running).toBe(true);
  });

  test('several clients see the same, and one that logs asked for sees what was before', async () => {
    const engine = await createFakeEngine();
    const id = await engine.create();
    await engine.call('POST', `/containers/${id}/start`);
    const first = await attach(engine, id);
    lastProcess(engine).print('one\n');
    await new Promise((resolve) => setTimeout(resolve, 5));
    const second = await attach(engine, id, 'logs=1&stream=1&stdout=1');
    lastProcess(engine).print('two\n');
    lastProcess(engine).end(0);
    expect(demultiplex(await readAll(first.readable)).stdout).toBe('one\ntwo\n');
    expect(demultiplex(await readAll(second.readable)).stdout).toBe('one\ntwo\n');
  });
});

describe('containers that do not start', () => {
  const cases: readonly [string, Parameters<typeof fakeSetupError>[0], string[], string, number][] = [
    ['a name not in PATH', { errnoName: 'ENOENT' }, ['nosuch'],
      'exec: "nosuch": executable file not found in $PATH: unknown', 127],
    ['a path that is not there', { errnoName: 'ENOENT' }, ['/nosuch'],
      'exec: "/nosuch": stat /nosuch: no such file or directory: unknown', 127],
    ['a file without x', { errnoName: 'EACCES' }, ['/etc/passwd'],
      'exec: "/etc/passwd": permission denied: unknown', 126],
  ]; // prettier-ignore

  test.each(cases)('%s', async (_name, failure, command, message, exitCode) => {
    const engine = await createFakeEngine();
    engine.guest.script = () => {
      throw fakeSetupError(failure);
    };
    const id = await engine.create({ Cmd: command });
    const { readable } = await attach(engine, id);
    const { status, json } = await engine.call('POST', `/containers/${id}/start`);
    expect(status).toBe(400);
    expect(json).toEqual({
      message: `failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: ${message}`,
    });
    expect((await readAll(readable)).length).toBe(0);
    const { State: state } = await inspect(engine, id);
    expect(state).toMatchObject({ Status: 'created', ExitCode: exitCode });
    const undone = engine.guest.applied.at(-1)?.before.map(({ operation }) => operation.op);
    expect(undone).toEqual(['linkDelete', 'umount', 'removeTree', 'umount', 'rmdir']);
  });

  test('a script without an interpreter starts, says so and exits with 255', async () => {
    const engine = await createFakeEngine();
    engine.guest.script = () => {
      throw fakeSetupError({ errnoName: 'ENOEXEC' });
    };
    const id = await engine.create({ Cmd: ['/run.sh'] });
    const { readable } = await attach(engine, id);
    expect((await engine.call('POST', `/containers/${id}/start`)).status).toBe(204);
    expect(demultiplex(await readAll(readable)).stderr).toBe('exec /run.sh: exec format error\n');
    expect((await inspect(engine, id)).State).toMatchObject({ Status: 'exited', ExitCode: 255 });
  });

  test('with --rm such a container is gone, and who waited for that hears of it', async () => {
    const engine = await createFakeEngine();
    engine.guest.script = () => {
      throw fakeSetupError({ errnoName: 'ENOEXEC' });
    };
    const id = await engine.create({ Cmd: ['/run.sh'], HostConfig: { AutoRemove: true } });
    const wait = engine.call('POST', `/containers/${id}/wait?condition=removed`);
    expect((await engine.call('POST', `/containers/${id}/start`)).status).toBe(204);
    expect((await wait).json).toEqual({ StatusCode: 255 });
    expect((await engine.call('GET', `/containers/${id}/json`)).status).toBe(404);
  });

  test('an unknown user is told before anything is made', async () => {
    const engine = await createFakeEngine();
    const id = await engine.create({ User: 'nosuch' });
    const { status, json } = await engine.call('POST', `/containers/${id}/start`);
    expect(status).toBe(500);
    expect(json).toEqual({
      message: 'unable to find user nosuch: no matching entries in passwd file',
    });
    expect(engine.guest.plans).toEqual([]);
    expect(engine.guest.applied.at(-1)?.before[0]?.operation.op).toBe('umount');
  });

  test('with --rm a container that cannot start is gone', async () => {
    const engine = await createFakeEngine();
    engine.guest.script = () => {
      throw fakeSetupError({});
    };
    const id = await engine.create({ Cmd: ['x'], HostConfig: { AutoRemove: true } });
    await engine.call('POST', `/containers/${id}/start`);
    expect((await engine.call('GET', `/containers/${id}/json`)).status).toBe(404);
  });
});

describe('stop, kill and rm', () => {
  test('stop sends the stop signal and, when time is up, SIGKILL', async () => {
    const engine = await createFakeEngine();
    const id = await engine.create({ StopSignal: 'SIGUSR1' });
    await engine.call('POST', `/containers/${id}/start`);
    const process = lastProcess(engine);
    process.onSignal = (number) => number === 9 && process.end(137, 9);
    expect((await engine.call('POST', `/containers/${id}/stop?t=0`)).status).toBe(204);
    expect(process.signals).toEqual([10, 9]);
    expect((await engine.call('POST', `/containers/${id}/stop`)).status).toBe(304);
  });

  test('kill and rm say what Docker 28 says', async () => {
    const engine = await createFakeEngine();
    const id = await engine.create({}, 'aa');
    expect((await engine.call('POST', '/containers/aa/kill')).json).toEqual({
      message: `cannot kill container: aa: container ${id} is not running`,
    });
    await engine.call('POST', '/containers/aa/start');
    const { status, json } = await engine.call('DELETE', '/containers/aa');
    expect([status, json]).toEqual([
      409,
      {
        message:
          'cannot remove container "aa": container is running: stop the container before removing or force remove',
      },
    ]);
    expect((await engine.call('DELETE', '/containers/aa?force=1')).status).toBe(204);
    expect(lastProcess(engine).alive).toBe(false);
    expect((await engine.call('POST', '/containers/nosuch/kill')).json).toEqual({
      message: 'cannot kill container: nosuch: No such container: nosuch',
    });
  });

  test('OOMKilled is read from memory.events before the cgroup goes', async () => {
    const engine = await createFakeEngine();
    const id = await engine.create({ HostConfig: { Memory: 32 * 1024 * 1024 } });
    await engine.call('POST', `/containers/${id}/start`);
    engine.guest.files.set(
      `/sys/fs/cgroup/docker/${id}/memory.events`,
      bytes('low 0\nhigh 0\nmax 5\noom 1\noom_kill 1\n'),
    );
    const wait = engine.call('POST', `/containers/${id}/wait`);
    lastProcess(engine).end(137, 9);
    expect((await wait).json).toEqual({ StatusCode: 137 });
    expect((await inspect(engine, id)).State.OOMKilled).toBe(true);
  });
});

describe('exec', () => {
  test('runs in the container, gives its output and its exit code', async () => {
    const engine = await createFakeEngine();
    const id = await engine.create();
    await engine.call('POST', `/containers/${id}/start`);
    const body = { Cmd: ['ls', '-l'], AttachStdout: true, AttachStderr: true };
    const created = await engine.call('POST', `/containers/${id}/exec`, body);
    const exec = (created.json as { Id: string }).Id;
    const { status, upgraded } = await engine.request('POST', `/exec/${exec}/start`, {});
    expect(status).toBe(200);
    lastProcess(engine).print('a file\n');
    lastProcess(engine).end(3);
    expect(demultiplex(await readAll(upgraded?.readable ?? new ReadableStream())).stdout).toBe(
      'a file\n',
    );
    expect((await engine.call('GET', `/exec/${exec}/json`)).json).toMatchObject({
      Running: false,
      ExitCode: 3,
      ProcessConfig: { entrypoint: 'ls', arguments: ['-l'] },
    });
    expect(lastProcess(engine).plan.clone).toMatchObject({
      namespaces: [],
      cgroup: `/sys/fs/cgroup/docker/${id}`,
    });
  });

  test('a command that is not there is told in the stream, with 127', async () => {
    const engine = await createFakeEngine();
    const id = await engine.create();
    await engine.call('POST', `/containers/${id}/start`);
    engine.guest.script = () => {
      throw fakeSetupError({ errnoName: 'ENOENT' });
    };
    const body = { Cmd: ['nosuch'], AttachStdout: true };
    const created = await engine.call('POST', `/containers/${id}/exec`, body);
    const exec = (created.json as { Id: string }).Id;
    const { upgraded } = await engine.request('POST', `/exec/${exec}/start`, {});
    const output = demultiplex(await readAll(upgraded?.readable ?? new ReadableStream()));
    expect(output.stdout).toBe(
      'OCI runtime exec failed: exec failed: unable to start container process: exec: "nosuch": executable file not found in $PATH: unknown\r\n',
    );
    expect((await engine.call('GET', `/exec/${exec}/json`)).json).toMatchObject({ ExitCode: 127 });
  });

  test('is refused in a container that does not run', async () => {
    const engine = await createFakeEngine();
    const id = await engine.create();
    const { status, json } = await engine.call('POST', `/containers/${id}/exec`, { Cmd: ['ls'] });
    expect([status, json]).toEqual([409, { message: `container ${id} is not running` }]);
  });
});

describe('logs', () => {
  async function printed(lines: readonly string[], config: object = {}) {
    const engine = await createFakeEngine();
    const id = await engine.create(config);
    await engine.call('POST', `/containers/${id}/start`);
    for (const line of lines) lastProcess(engine).print(line);
    const logs = async (query: string) => {
      const path = `/containers/${id}/logs?stdout=1&stderr=1&${query}`;
      return bodyBytes(await engine.request('GET', path));
    };
    return { engine, id, logs };
  }

  test('tail counts lines, timestamps come before each', async () => {
    const { engine, id, logs } = await printed(['1\n2\n3', '\n4']);
    const wait = engine.call('POST', `/containers/${id}/wait`);
    lastProcess(engine).end(0);
    await wait;
    expect(demultiplex(await logs('')).stdout).toBe('1\n2\n3\n4');
    expect(demultiplex(await logs('tail=2')).stdout).toBe('3\n4');
    expect(demultiplex(await logs('tail=1&timestamps=1')).stdout).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z 4$/,
    );
  });

  test('follow goes on until the container stops', async () => {
    const { engine, logs } = await printed(['a\n']);
    const following = logs('follow=1');
    await new Promise((resolve) => setTimeout(resolve, 5));
    lastProcess(engine).print('b\n');
    lastProcess(engine).end(0);
    expect(demultiplex(await following).stdout).toBe('a\nb\n');
  });

  test('a terminal’s log is not framed', async () => {
    const { engine, id, logs } = await printed(['x\r\n'], { Tty: true });
    const wait = engine.call('POST', `/containers/${id}/wait`);
    lastProcess(engine).end(0);
    await wait;
    expect(text(await logs(''))).toBe('x\r\n');
  });
});

describe('bad requests', () => {
  test.each([
    ['GET', '/nosuch', undefined, 404, 'page not found'],
    ['GET', '/v9.99/info', undefined, 400,
      'client version 9.99 is too new. Maximum supported API version is 1.51'],
    ['POST', '/containers/create', {}, 400,
      'config cannot be empty in order to create a container'],
    ['POST', '/containers/create', { Image: 'nosuch' }, 404, 'No such image: nosuch:latest'],
    ['POST', '/containers/create', { Image: 'busybox', Env: 'x' }, 400,
      'invalid JSON: json: cannot unmarshal string into Go struct field CreateRequest.Config.Env of type []string'],
    ['POST', '/containers/create?name=%25', { Image: 'busybox' }, 400,
      'Invalid container name (%), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed'],
    ['POST', '/containers/create', { Image: 'busybox', HostConfig: { Memory: 1 } }, 400,
      'Minimum memory limit allowed is 6MB'],
    ['POST', '/containers/create', { Image: 'busybox', HostConfig: { CapAdd: ['FOO'] } }, 400,
      'invalid CapAdd: unknown capability: "CAP_FOO"'],
    ['POST', '/containers/create', { Image: 'busybox', HostConfig: { Binds: ['rel/path:/x'] } }, 400,
      'create rel/path: "rel/path" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path'],
    ['POST', '/containers/create', { Image: 'busybox', HostConfig: { Binds: ['/a:b'] } }, 500,
      `invalid volume specification: '/a:b': invalid mount config for type "bind": invalid mount path: 'b' mount path must be absolute`],
  ] as const)('%s %s %j', async (method, path, body, status, message) => {
    const engine = await createFakeEngine();
    expect(await engine.call(method, path, body)).toEqual({ status, json: { message } });
  }); // prettier-ignore

  test('a client before 1.24 is told as text', async () => {
    const response = await (await createFakeEngine()).request('GET', '/v1.23/info');
    expect([response.status, response.headers['content-type']]).toEqual([
      400,
      'text/plain; charset=utf-8',
    ]);
    expect(text(await bodyBytes(response))).toBe(
      'client version 1.23 is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version\n',
    );
  });

  test('malformed JSON and a body of another type are 400', async () => {
    const { handler } = await createFakeEngine();
    const post = (type: string, body: string) =>
      handler({
        method: 'POST',
        path: '/containers/create',
        headers: { 'content-type': type },
        body: bytes(body),
      });
    expect((await post('application/json', '{')).status).toBe(400);
    expect((await post('application/json', '[]')).status).toBe(400);
    expect(text(await bodyBytes(await post('text/plain', '{}')))).toContain(
      "unsupported Content-Type header (text/plain): must be 'application/json'",
    );
    expect((await post('application/json', ' '.repeat(5_000_000))).status).toBe(400);
  });

  test('a name in use is a conflict that names the other container', async () => {
    const engine = await createFakeEngine();
    const id = await engine.create({}, 'aa');
    const { status, json } = await engine.call('POST', '/containers/create?name=aa', {
      Image: 'busybox',
    });
    expect(status).toBe(409);
    expect(json).toEqual({
      message: `Conflict. The container name "/aa" is already in use by container "${id}". You have to remove (or rename) that container to be able to reuse that name.`,
    });
  });
});
