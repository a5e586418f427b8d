/** The way of a previewed page, from its service worker's port to a server; real servers of Node play the machine. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { connect as dial, type AddressInfo } from 'node:net';
import { Duplex as NodeDuplex } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { EngineLink } from '../browser/preview/engine-link.ts';
import type { Duplex } from '../lib/duplex.ts';
import { PreviewService } from './preview-service.ts';
import type { VisibleCookie } from './protocol.ts';

const origin = 'http://p8080-0123456789abcdef.localhost:8081';
const ended: (() => void)[] = [];

afterEach(() => {
  for (const end of ended.splice(0)) end();
});

async function preview(listener: RequestListener) {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const service = new PreviewService({
    connect: () => Promise.resolve(NodeDuplex.toWeb(dial(port, '127.0.0.1')) as Duplex),
  });
  const { port1, port2 } = new MessageChannel();
  service.open(port1, { port: 8080, origin });
  const cookies: (readonly VisibleCookie[])[] = [];
  const link = new EngineLink(port2, (list) => cookies.push(list));
  ended.push(() => {
    service.dispose();
    port2.close();
    server.close();
    server.closeAllConnections();
  });
  const ask = (
    target: string,
    {
      method = 'GET',
      fields = [] as (readonly [string, string])[],
      body = undefined as ReadableStream<Uint8Array> | undefined,
    } = {},
  ) => link.fetch({ method, target, fields }, { body, signal: new AbortController().signal });
  return { server, link, ask, cookies, port2 };
}

test('a request reaches the server as from its own origin, and the answer fits the preview', async () => {
  const { ask } = await preview((request, response) => {
    response.setHeader('x-frame-options', 'DENY');
    response.setHeader('content-security-policy', "default-src 'self'; frame-ancestors 'none'");
    response.setHeader('location', 'http://localhost:8080/next?a=1');
    response.writeHead(302, 'Found').end(JSON.stringify(request.headers));
  });
  const { status, reason, fields, body } = await ask('/here', {
    fields: [
      ['x-preview-origin', origin],
      ['x-preview-referer', `${origin}/from`],
      ['accept', 'text/html'],
    ],
  });
  expect({ status, reason }).toEqual({ status: 302, reason: 'Found' });
  const headers = Object.fromEntries(fields);
  expect(headers['location']).toBe(`${origin}/next?a=1`);
  expect(headers['x-frame-options']).toBeUndefined();
  expect(headers['content-security-policy']).toBe(
    `default-src 'self' http://localhost:8080 ${origin}/bottleship-preview-shim.js`,
  );
  expect(await new Response(body).json()).toEqual({
    host: 'localhost:8080',
    origin: 'http://localhost:8080',
    referer: 'http://localhost:8080/from',
    accept: 'text/html',
    'accept-encoding': 'identity',
    connection: 'keep-alive',
  });
});

test('cookies come back to the server, and pages see those that they may', async () => {
  const { ask, cookies, link } = await preview((request, response) => {
    if (request.url === '/set')
      response.setHeader('set-cookie', [
        'id=1; HttpOnly',
        'theme=dark; Path=/',
        'x=1; Domain=evil.example',
      ]);
    response.end(request.headers.cookie ?? 'none');
  });
  const text = async (target: string) => new Response((await ask(target)).body).text();
  expect(await text('/')).toBe('none');
  const set = await ask('/set');
  expect(set.fields.map(([name]) => name)).not.toContain('set-cookie');
  await new Response(set.body).text();
  expect(await text('/')).toBe('id=1; theme=dark');
  expect(cookies.at(-1)).toEqual([{ name: 'theme', value: 'dark', path: '/' }]);
  link.send({ type: 'cookie', text: 'theme=light; path=/', path: '/' });
  link.send({ type: 'cookie', text: 'id=stolen', path: '/' });
  expect(await text('/')).toBe('id=1; theme=light');
});

test('bodies of many windows stream both ways', async () => {
  const { ask } = await preview((request, response) => void request.pipe(response));
  const chunk = new Uint8Array(100_000).fill(7);
  let left = 50;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (left-- > 0) controller.enqueue(chunk.slice());
      else controller.close();
    },
  });
  const answer = await ask('/', { method: 'POST', body });
  const bytes = new Uint8Array(await new Response(answer.body).arrayBuffer());
  expect(bytes.length).toBe(5_000_000);
  expect(bytes.every((byte) => byte === 7)).toBe(true);
});

test('a server that nobody reaches fails the request', async () => {
  const { ask, server } = await preview((_request, response) => void response.end());
  server.close();
  server.closeAllConnections();
  await expect(ask('/')).rejects.toThrow(/ECONNREFUSED|closed/);
});

test('a WebSocket echoes text, bytes and a large message, and closes with its code', async () => {
  const { server, link } = await preview(() => undefined);
  const sockets = new WebSocketServer({ server, perMessageDeflate: true });
  const seen: unknown[] = [];
  sockets.on('connection', (socket, request) => {
    seen.push(request.headers.origin, request.headers.host);
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  const { port1, port2 } = new MessageChannel();
  link.send({ type: 'websocket', target: '/echo', protocols: [] }, [port2]);
  const messages: { type: string; data?: unknown; code?: number }[] = [];
  port1.addEventListener('message', ({ data }) => {
    messages.push(data);
    if (data.type === 'message') port1.postMessage({ type: 'taken' });
  });
  port1.start();
  await expect.poll(() => messages).toEqual([{ type: 'open', protocol: '' }]);
  port1.postMessage({ type: 'send', data: 'héllo' });
  port1.postMessage({ type: 'send', data: new Uint8Array([1, 2, 3]).buffer });
  port1.postMessage({ type: 'send', data: 'x'.repeat(300_000) });
  const echoed = (): unknown[] =>
    messages.filter(({ type }) => type === 'message').map(({ data }) => data);
  await expect.poll(() => echoed().length).toBe(3);
  expect(echoed()).toEqual(['héllo', new Uint8Array([1, 2, 3]).buffer, 'x'.repeat(300_000)]);
  port1.postMessage({ type: 'close', code: 4001, reason: 'enough' });
  await expect
    .poll(() => messages.at(-1))
    .toMatchObject({ type: 'closed', code: 4001, wasClean: true });
  expect(seen).toEqual(['http://localhost:8080', 'localhost:8080']);
  sockets.close();
});

test('a refused WebSocket is told as closed', async () => {
  const { link } = await preview((_request, response) => void response.writeHead(404).end());
  const { port1, port2 } = new MessageChannel();
  link.send({ type: 'websocket', target: '/echo', protocols: ['a'] }, [port2]);
  const closed = new Promise((resolve) => {
    port1.addEventListener('message', ({ data }) => resolve(data), { once: true });
  });
  port1.start();
  expect(await closed).toEqual({ type: 'closed', code: 1006, reason: '', wasClean: false });
});

test('what is no message of the protocol is passed over', async () => {
  const { ask, port2 } = await preview((_request, response) => void response.end('ok'));
  for (const message of [
    null,
    1,
    {},
    { type: 'request' },
    { type: 'request', id: 'x' },
    { type: 'websocket', target: 1 },
    { type: 'abort', id: 9 },
  ])
    port2.postMessage(message);
  expect(await new Response((await ask('/')).body).text()).toBe('ok');
  await expect(ask('http://elsewhere/')).rejects.toThrow('malformed');
});
