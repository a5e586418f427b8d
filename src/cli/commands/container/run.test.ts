import { describe, expect, test } from 'vitest';
import type { ApiRequest, ApiResponse } from '../../../api/http.ts';
import { encodeStdcopy } from '../../../lib/stdcopy.ts';
import {
  errorResponse,
  fakeHandler,
  jsonResponse,
  runFake,
  streamOf,
  streamResponse,
} from '../../testing/fake-invocation.ts';

const id = 'c0ffee'.padEnd(64, '0');
const bytes = (text: string) => new TextEncoder().encode(text);

/** A hijacked connection that prints `output` and keeps what is written to it. */
function connection(output: readonly Uint8Array[]) {
  const received: string[] = [];
  let closed = false;
  const response: ApiResponse = {
    status: 101,
    headers: {},
    upgraded: {
      readable: streamOf(output),
      writable: new WritableStream({
        write: (chunk) => void received.push(new TextDecoder().decode(chunk)),
        close: () => {
          closed = true;
        },
      }),
    },
  };
  return { response, received, isClosed: () => closed };
}

interface EngineOptions {
  readonly output?: readonly Uint8Array[];
  readonly exitCode?: number;
  readonly start?: () => ApiResponse;
  readonly create?: (request: ApiRequest) => ApiResponse;
  readonly attach?: ApiResponse;
}

function engine(options: EngineOptions = {}) {
  const attached = connection(options.output ?? []);
  const handler = fakeHandler({
    'POST /containers/create': (request) =>
      options.create?.(request) ?? jsonResponse({ Id: id, Warnings: [] }, 201),
    [`POST /containers/${id}/attach`]: () => options.attach ?? attached.response,
    [`POST /containers/${id}/wait`]: () => jsonResponse({ StatusCode: options.exitCode ?? 0 }),
    [`POST /containers/${id}/start`]: () => options.start?.() ?? { status: 204, headers: {} },
    [`POST /containers/${id}/resize`]: () => ({ status: 200, headers: {} }),
    [`POST /containers/${id}/kill`]: () => ({ status: 204, headers: {} }),
    'POST /images/create': () =>
      streamResponse([
        '{"status":"Pulling from library/busybox","id":"latest"}\n{"status":"Stat',
        'us: Downloaded newer image for busybox:latest"}\n',
      ]),
  });
  return { handler, attached };
}

function bodyOf(request: ApiRequest | undefined): unknown {
  const body = request?.body;
  return JSON.parse(body instanceof Uint8Array ? new TextDecoder().decode(body) : '{}');
}

const pathsOf = (requests: readonly ApiRequest[]) =>
  requests.map(
    ({ method, path }) => `${method} ${path.replace(/^\/v[\d.]+/, '').replace(id, 'ID')}`,
  );

describe('docker run', () => {
  test('attaches before it starts, waits for the exit and passes the exit code on', async () => {
    const { handler } = engine({
      output: [encodeStdcopy('stdout', bytes('out\n')), encodeStdcopy('stderr', bytes('err\n'))],
      exitCode: 7,
    });
    const result = await runFake({ argv: ['run', 'busybox', 'sh', '-c', 'exit 7'], handler });
    expect(result).toMatchObject({ stdout: 'out\n', stderr: 'err\n', exitCode: 7 });
    expect(pathsOf(handler.requests)).toEqual([
      'POST /containers/create',
      'POST /containers/ID/attach?stream=1&stdout=1&stderr=1',
      'POST /containers/ID/wait?condition=next-exit',
      'POST /containers/ID/start',
    ]);
    expect(bodyOf(handler.requests[0])).toMatchObject({
      Image: 'busybox',
      Cmd: ['sh', '-c', 'exit 7'],
      AttachStdout: true,
      AttachStdin: false,
      Tty: false,
    });
  });

  test('waits for the removal with --rm', async () => {
    const { handler } = engine();
    await runFake({ argv: ['run', '--rm', 'busybox'], handler });
    expect(pathsOf(handler.requests)[2]).toBe('POST /containers/ID/wait?condition=removed');
    expect(bodyOf(handler.requests[0])).toMatchObject({ HostConfig: { AutoRemove: true } });
  });

  test('prints the ID and goes with -d', async () => {
    const { handler } = engine();
    const result = await runFake({ argv: ['run', '-d', 'busybox'], handler });
    expect(result).toMatchObject({ stdout: `${id}\n`, stderr: '', exitCode: 0 });
    expect(pathsOf(handler.requests)).toEqual([
      'POST /containers/create',
      'POST /containers/ID/start',
    ]);
  });

  test('pulls an image that is not there and says so on standard error', async () => {
    let tries = 0;
    const create = () => {
      tries += 1;
      if (tries > 1) return jsonResponse({ Id: id, Warnings: ['Careful.'] }, 201);
      return errorResponse(404, 'No such image: busybox:latest');
    };
    const { handler } = engine({ create });
    const result = await runFake({ argv: ['run', 'busybox'], handler });
    expect(result.stdout).toBe('');
    expect(result.stderr).toBe(
      "Unable to find image 'busybox:latest' locally\n" +
        'latest: Pulling from library/busybox\n' +
        'Status: Downloaded newer image for busybox:latest\n' +
        'WARNING: Careful.\n',
    );
    expect(pathsOf(handler.requests)[1]).toBe(
      'POST /images/create?fromImage=docker.io%2Flibrary%2Fbusybox&tag=latest',
    );
  });

  test('pulls nothing with --pull never', async () => {
    const { handler } = engine({ create: () => errorResponse(404, 'No such image: x:latest') });
    const result = await runFake({ argv: ['run', '--pull', 'never', 'x'], handler });
    expect(result.exitCode).toBe(125);
    expect(result.stderr).toBe(
      'docker: Error response from daemon: No such image: x:latest\n\n' +
        "Run 'docker run --help' for more information\n",
    );
  });

  test.each([
    ['exec: "x": executable file not found in $PATH: unknown', 127],
    ['exec: "/x": stat /x: no such file or directory: unknown', 127],
    ['exec: "/etc/passwd": permission denied: unknown', 126],
    ['exec: "/etc": is a directory: unknown', 126],
    ['something else', 125],
  ])('a start that fails with %s ends with %i', async (message, exitCode) => {
    const { handler } = engine({ start: () => errorResponse(400, message) });
    const result = await runFake({ argv: ['run', '--rm', 'busybox', 'x'], handler });
    expect(result.exitCode).toBe(exitCode);
    expect(result.stderr).toContain(
      `docker: Error response from daemon: ${message}\n\nRun 'docker`,
    );
  });

  test('passes standard input on and closes it with -i', async () => {
    const { handler, attached } = engine({
      output: [encodeStdcopy('stdout', bytes('hello'))],
    });
    await runFake({ argv: ['run', '-i', 'busybox', 'cat'], handler, stdin: 'hello' });
    await expect.poll(() => attached.isClosed()).toBe(true);
    expect(bodyOf(handler.requests[0])).toMatchObject({
      OpenStdin: true,
      StdinOnce: true,
      AttachStdin: true,
    });
  });

  test('refuses -it without a terminal before anything is created', async () => {
    const { handler } = engine();
    const result = await runFake({ argv: ['run', '-it', 'busybox'], handler });
    expect(result).toMatchObject({ stderr: 'the input device is not a TTY\n', exitCode: 1 });
    expect(handler.requests).toEqual([]);
  });

  test('puts the terminal into raw mode and sets its size with -it', async () => {
    const { handler } = engine({ output: [bytes('/ # ')] });
    const result = await runFake({
      argv: ['run', '-it', 'busybox'],
      handler,
      terminal: { stdin: true, stdout: true, stderr: true, columns: 120, rows: 40 },
    });
    expect(result.stdout).toBe('/ # ');
    expect(result.rawModes).toEqual([true, false]);
    expect(pathsOf(handler.requests)).toContain('POST /containers/ID/resize?h=40&w=120');
  });

  test('lets go of the container at Ctrl-P Ctrl-Q', async () => {
    const open = connection([]);
    const endless = new ReadableStream<Uint8Array>();
    const upgraded = open.response.upgraded;
    if (upgraded === undefined) throw new Error('No connection');
    const { handler } = engine({
      attach: { ...open.response, upgraded: { ...upgraded, readable: endless } },
    });
    const result = await runFake({
      argv: ['run', '-it', 'busybox'],
      handler,
      stdin: 'ls\r\x10\x11',
      terminal: { stdin: true, stdout: true },
    });
    expect(result.exitCode).toBe(0);
    expect(open.received.join('')).toBe('ls\r');
  });

  test('ends when nobody reads what the container prints, and lets it run on', async () => {
    const open = connection([]);
    const upgraded = open.response.upgraded;
    if (upgraded === undefined) throw new Error('No connection');
    let cancelled = false;
    const readable = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(encodeStdcopy('stdout', bytes('hello'))),
      cancel: () => void (cancelled = true),
    });
    const { handler } = engine({
      attach: { ...open.response, upgraded: { ...upgraded, readable } },
    });
    const argv = ['run', '--rm', 'busybox', 'yes'];
    const result = await runFake({ argv, handler, stdoutBroken: true });
    expect(result).toMatchObject({ stderr: 'write /dev/stdout: broken pipe\n', exitCode: 1 });
    expect(cancelled).toBe(true);
    expect(pathsOf(handler.requests).some((path) => /kill|DELETE/.test(path))).toBe(false);
  });

  test('hands signals to the container', async () => {
    const output = new TransformStream<Uint8Array, Uint8Array>();
    const open = connection([]);
    const upgraded = open.response.upgraded;
    if (upgraded === undefined) throw new Error('No connection');
    const { handler } = engine({
      attach: { ...open.response, upgraded: { ...upgraded, readable: output.readable } },
      exitCode: 130,
    });
    const run = runFake({
      argv: ['run', 'busybox'],
      handler,
      during: async (controls) => {
        await expect.poll(() => pathsOf(handler.requests)).toContain('POST /containers/ID/start');
        controls.sendSignal(2);
        controls.sendSignal(28);
        await output.writable.close();
      },
    });
    expect((await run).exitCode).toBe(130);
    const kills = pathsOf(handler.requests).filter((path) => path.includes('/kill'));
    expect(kills).toEqual(['POST /containers/ID/kill?signal=INT']);
  });

  test('writes the ID to --cidfile and refuses one that exists', async () => {
    const { handler } = engine();
    const argv = ['run', '-d', '--cidfile', 'id', 'busybox'];
    const { files } = await runFake({ argv, handler });
    expect(files.get('/root/id')).toBe(id);
    const again = await runFake({ argv, handler, files: { '/root/id': id } });
    expect(again.exitCode).toBe(125);
    expect(again.stderr).toContain(
      "docker: container ID file found, make sure the other container isn't running or delete id\n",
    );
  });
});
