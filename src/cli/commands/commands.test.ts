import { describe, expect, test } from 'vitest';
import { encodeStdcopy } from '../../lib/stdcopy.ts';
import {
  errorResponse,
  fakeHandler,
  jsonResponse,
  runFake,
  streamResponse,
} from '../testing/fake-invocation.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const noContent = () => ({ status: 204, headers: {} });

describe('runCli()', () => {
  test('names what is still to come', async () => {
    const result = await runFake({ argv: ['buildx', 'bake', 'x'] });
    expect(result).toMatchObject({
      stderr: "docker: 'docker buildx bake' is not available yet in Bottleship\n",
      stdout: '',
      exitCode: 1,
    });
  });

  test('reports each container that could not be stopped, after those that could', async () => {
    const handler = fakeHandler({
      'POST /containers/a/stop': () => errorResponse(404, 'No such container: a'),
      'POST /containers/b/stop': noContent,
    });
    const result = await runFake({ argv: ['stop', '-t', '0', 'a', 'b'], handler });
    expect(result).toMatchObject({
      stdout: 'b\n',
      stderr: 'Error response from daemon: No such container: a\n',
      exitCode: 1,
    });
    expect(handler.requests[0]?.path).toBe('/v1.51/containers/a/stop?t=0');
  });

  test('rm --force takes a missing container for removed', async () => {
    const result = await runFake({
      argv: ['rm', '-f', 'x'],
      handler: fakeHandler({ 'DELETE /containers/x': () => errorResponse(404, 'No such x') }),
    });
    expect(result).toMatchObject({
      stderr: 'Error response from daemon: No such x\n',
      exitCode: 0,
    });
  });

  test('logs takes the streams apart and asks for what the flags say', async () => {
    const handler = fakeHandler({
      'GET /containers/c/json': () => jsonResponse({ Id: 'c', Config: { Tty: false } }),
      'GET /containers/c/logs': () =>
        streamResponse([
          encodeStdcopy('stderr', bytes('e\n')),
          encodeStdcopy('stdout', bytes('o\n')),
        ]),
    });
    const argv = ['logs', '-t', '-n', '5', '--since', '10s', 'c'];
    const result = await runFake({ argv, handler, now: 100_500 });
    expect(result).toMatchObject({ stdout: 'o\n', stderr: 'e\n', exitCode: 0 });
    expect(handler.requests[1]?.path).toBe(
      '/v1.51/containers/c/logs?stdout=1&stderr=1&timestamps=1&since=90.500000000&tail=5',
    );
  });

  test('an interrupt ends a command that waits with 130', async () => {
    const handler = fakeHandler({
      'POST /containers/c/wait': ({ signal }) =>
        new Promise((_, reject) => {
          signal?.addEventListener('abort', () => reject(new DOMException('Gone', 'AbortError')));
        }),
    });
    const result = await runFake({
      argv: ['wait', 'c'],
      handler,
      during: (controls) => void setTimeout(() => controls.sendSignal(2), 5),
    });
    expect(result.exitCode).toBe(130);
  });

  test.each([
    ['y\n', ['POST /v1.51/containers/prune']],
    ['n\n', []],
    ['', []],
  ])('prune asks first, and %j decides', async (stdin, requests) => {
    const handler = fakeHandler({
      'POST /containers/prune': () =>
        jsonResponse({ ContainersDeleted: ['c1'], SpaceReclaimed: 5 }),
    });
    const result = await runFake({ argv: ['container', 'prune'], handler, stdin });
    expect(handler.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(requests);
    expect(result.exitCode).toBe(0);
    expect(result.stdout).toContain('Are you sure you want to continue? [y/N] ');
  });
});
