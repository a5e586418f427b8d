import { describe, expect, test } from 'vitest';
import type { ApiResponse } from '../../../api/http.ts';
import { encodeStdcopy } from '../../../lib/stdcopy.ts';
import {
  errorResponse,
  fakeHandler,
  jsonResponse,
  runFake,
  streamOf,
} from '../../testing/fake-invocation.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

function engine(options: { readonly output?: readonly Uint8Array[]; readonly exitCode?: number }) {
  const attached: ApiResponse = {
    status: 101,
    headers: {},
    upgraded: { readable: streamOf(options.output ?? []), writable: new WritableStream() },
  };
  return fakeHandler({
    'GET /containers/web/json': () => jsonResponse({ Id: 'w' }),
    'GET /containers/nosuch/json': () => errorResponse(404, 'No such container: nosuch'),
    'POST /containers/web/exec': () => jsonResponse({ Id: 'e1' }, 201),
    'POST /exec/e1/start': (request) =>
      request.headers['upgrade'] === 'tcp' ? attached : { status: 200, headers: {} },
    'POST /exec/e1/resize': () => ({ status: 201, headers: {} }),
    'GET /exec/e1/json': () => jsonResponse({ ExitCode: options.exitCode ?? 0, Running: false }),
  });
}

function bodyOf(body: unknown): unknown {
  return JSON.parse(new TextDecoder().decode(body instanceof Uint8Array ? body : undefined));
}

describe('docker exec', () => {
  test('prints both streams and passes the exit code on', async () => {
    const output = [encodeStdcopy('stdout', bytes('o')), encodeStdcopy('stderr', bytes('e'))];
    const handler = engine({ output, exitCode: 3 });
    const argv = ['exec', '-e', 'A=1', '-w', '/x', 'web', 'ls', '-l'];
    const result = await runFake({ argv, handler });
    expect(result).toMatchObject({ stdout: 'o', stderr: 'e', exitCode: 3 });
    expect(bodyOf(handler.requests[1]?.body)).toMatchObject({
      Cmd: ['ls', '-l'],
      Env: ['A=1'],
      WorkingDir: '/x',
      AttachStdin: false,
      AttachStdout: true,
    });
  });

  test('leaves a command in the background with -d', async () => {
    const handler = engine({});
    const result = await runFake({ argv: ['exec', '-d', 'web', 'true'], handler });
    expect(result).toMatchObject({ stdout: '', stderr: '', exitCode: 0 });
    expect(bodyOf(handler.requests[2]?.body)).toMatchObject({ Detach: true });
  });

  test('an unknown container matters more than a missing terminal', async () => {
    const result = await runFake({
      argv: ['exec', '-it', 'nosuch', 'sh'],
      handler: engine({}),
    });
    expect(result).toMatchObject({
      stderr: 'Error response from daemon: No such container: nosuch\n',
      exitCode: 1,
    });
  });

  test('tells the size of the terminal with -it', async () => {
    const handler = engine({ output: [bytes('# ')] });
    const terminal = { stdin: true, stdout: true, columns: 90, rows: 30 };
    const result = await runFake({ argv: ['exec', '-it', 'web', 'sh'], handler, terminal });
    expect(result).toMatchObject({ stdout: '# ', exitCode: 0, rawModes: [true, false] });
    expect(bodyOf(handler.requests[1]?.body)).toMatchObject({ ConsoleSize: [30, 90], Tty: true });
    expect(handler.requests.map(({ path }) => path)).toContain('/v1.51/exec/e1/resize?h=30&w=90');
  });
});
