import { expect, test } from 'vitest';
import type { ApiHandler } from '../api/http.ts';
import { KindError } from '../lib/errors.ts';
import { requestOverPort, serveOverPort } from './request-port.ts';

const overPort = (api: ApiHandler): ApiHandler =>
  requestOverPort((request, port) => serveOverPort(api, { request, port }));

const textOf = (body: unknown): Promise<string> => new Response(body as ReadableStream).text();
const get = { method: 'GET', path: '/x', headers: {} };

test('requestOverPort() carries bodies both ways, whole and streamed', async () => {
  const echo = overPort(async ({ body, headers, path }) => ({
    status: 201,
    headers: { ...headers, path },
    body: body instanceof Uint8Array ? body : (body ?? new Uint8Array()),
  }));
  const whole = await echo({
    ...get,
    headers: { a: 'b' },
    body: new TextEncoder().encode('whole'),
  });
  expect([whole.status, whole.headers]).toEqual([201, { a: 'b', path: '/x' }]);
  expect(await textOf(whole.body)).toBe('whole');
  const big = 'x'.repeat(700_000);
  const streamed = await echo({ ...get, body: new Blob([big]).stream() });
  expect(await textOf(streamed.body)).toBe(big);
  expect(await textOf((await echo(get)).body)).toBe('');
});

test('requestOverPort() cancels a body that nobody reads any more', async () => {
  let cancelled = (): void => undefined;
  const done = new Promise<void>((resolve) => (cancelled = resolve));
  const endless = overPort(async () => ({
    status: 200,
    headers: {},
    body: new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(1000)),
      cancel: () => cancelled(),
    }),
  }));
  const { body } = await endless(get);
  await (body as ReadableStream).cancel();
  await done;
});

test('requestOverPort() tells the engine of an abort before the answer, and rejects', async () => {
  const aborting = new AbortController();
  let seen = (): void => undefined;
  const told = new Promise<void>((resolve) => (seen = resolve));
  const waiting = overPort(
    ({ signal }) =>
      new Promise(() => {
        signal?.addEventListener('abort', () => seen());
        aborting.abort();
      }),
  );
  await expect(waiting({ ...get, signal: aborting.signal })).rejects.toMatchObject({
    kind: 'cancelled',
  });
  await told;
});

test('requestOverPort() ends a body at an abort, and passes on why a body failed', async () => {
  const aborting = new AbortController();
  const silent = overPort(async () => ({ status: 200, headers: {}, body: new ReadableStream() }));
  const { body } = await silent({ ...get, signal: aborting.signal });
  const reading = textOf(body);
  aborting.abort();
  await expect(reading).rejects.toMatchObject({ kind: 'cancelled' });
  const failing = overPort(async () => ({
    status: 200,
    headers: {},
    body: new ReadableStream({
      pull: () => Promise.reject(new KindError('dataLoss', 'Cannot read layer')),
    }),
  }));
  await expect(textOf((await failing(get)).body)).rejects.toMatchObject({
    kind: 'dataLoss',
    message: 'Cannot read layer',
  });
});

test('requestOverPort() gives an upgraded connection', async () => {
  const upgrading = overPort(async () => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    return { status: 101, headers: {}, upgraded: { readable, writable } };
  });
  const { upgraded } = await upgrading({ ...get, method: 'POST' });
  const writer = upgraded?.writable.getWriter();
  await writer?.write(new TextEncoder().encode('hello'));
  await writer?.close();
  expect(await textOf(upgraded?.readable)).toBe('hello');
});
