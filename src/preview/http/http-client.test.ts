import { expect, test } from 'vitest';
import type { Duplex } from '../../lib/duplex.ts';
import { HttpClient } from './http-client.ts';
import type { HttpRequest } from './http-connection.ts';
import type { HttpClientLimits } from './limits.ts';

/** A server of which the test plays the other side. */
class ScriptedServer {
  readonly connections: ScriptedConnection[] = [];

  readonly connect = (): Promise<Duplex> => {
    const connection = new ScriptedConnection();
    this.connections.push(connection);
    return Promise.resolve(connection.client);
  };

  client(limits: Partial<HttpClientLimits> = {}): HttpClient {
    return new HttpClient({ connect: this.connect, limits });
  }
}

class ScriptedConnection {
  readonly client: Duplex;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #received = '';
  #wake: () => void = () => undefined;
  closed = false;

  constructor() {
    const toClient = new TransformStream<Uint8Array, Uint8Array>();
    this.#writer = toClient.writable.getWriter();
    this.#writer.closed.catch(() => undefined);
    const end = (): void => {
      this.closed = true;
      this.#wake();
    };
    const writable = new WritableStream<Uint8Array>({
      write: (bytes) => {
        this.#received += new TextDecoder().decode(bytes);
        this.#wake();
      },
      close: end,
      abort: end,
    });
    this.client = { readable: toClient.readable, writable };
  }

  async until(text: string): Promise<string> {
    while (!this.#received.includes(text)) await new Promise<void>((wake) => (this.#wake = wake));
    const end = this.#received.indexOf(text) + text.length;
    const taken = this.#received.slice(0, end);
    this.#received = this.#received.slice(end);
    return taken;
  }

  say(text: string): void {
    this.#writer.write(Uint8Array.from(text, (c) => c.charCodeAt(0))).catch(() => undefined);
  }

  end(): void {
    this.#writer.close().catch(() => undefined);
  }

  async untilClosed(): Promise<void> {
    while (!this.closed) await new Promise<void>((wake) => (this.#wake = wake));
  }
}

const get: HttpRequest = { method: 'GET', target: '/', fields: [['host', 'localhost:80']] };

/** One exchange on a new connection: what the server says, then the end of its half. */
async function answer(
  said: string,
  request: HttpRequest = get,
  limits: Partial<HttpClientLimits> = {},
): Promise<{ status: number; text: string; fields: unknown }> {
  const server = new ScriptedServer();
  const client = server.client(limits);
  const asked = client.request(request);
  await Promise.resolve();
  const [connection] = server.connections;
  connection?.say(said);
  connection?.end();
  try {
    const { status, body, fields } = await asked;
    return { status, fields, text: await new Response(body).text() };
  } finally {
    client.dispose();
  }
}

test('request() reads bodies of a known length, in chunks and to the end', async () => {
  const cases = [
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nT: 1\r\n\r\n',
    'HTTP/1.0 200 OK\r\n\r\nhello',
    'HTTP/1.1 200\nContent-Length: 5\n\nhello',
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 5, 5\r\n\r\nhello',
  ];
  for (const said of cases)
    expect(await answer(said)).toMatchObject({ status: 200, text: 'hello' });
});

test('request() expects no body after HEAD, 204 and 304', async () => {
  const head = { ...get, method: 'HEAD' };
  expect(await answer('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', head)).toMatchObject({
    status: 200,
    text: '',
  });
  for (const status of [204, 304])
    expect(await answer(`HTTP/1.1 ${status} x\r\nContent-Length: 5\r\n\r\n`)).toMatchObject({
      status,
      text: '',
    });
});

test('request() keeps several values of one field apart, byte for byte', async () => {
  const { fields } = await answer(
    'HTTP/1.1 200 OK\r\nSet-Cookie: a=1, 2\r\nset-cookie: b=\xe9\r\nContent-Length: 0\r\n\r\n',
  );
  expect(fields).toEqual([
    ['set-cookie', 'a=1, 2'],
    ['set-cookie', 'b=\xe9'],
    ['content-length', '0'],
  ]);
});

test.each([
  ['', 'The server closed the connection without an answer'],
  ['SSH-2.0-OpenSSH\r\n\r\n', 'malformed HTTP status line'],
  ['HTTP/2 200 OK\r\n\r\n', 'malformed HTTP status line'],
  ['HTTP/1.1 20 OK\r\n\r\n', 'malformed HTTP status line'],
  ['HTTP/1.1 200 OK\r\nno colon\r\n\r\n', 'malformed header'],
  ['HTTP/1.1 200 OK\r\n: x\r\n\r\n', 'malformed header'],
  ['HTTP/1.1 200 OK\r\na: \x01\r\n\r\n', 'invalid header value'],
  ['HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx', 'invalid Content-Length'],
  ['HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n', 'invalid Content-Length'],
  ['HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n', 'unsupported transfer encoding: gzip'],
  ['HTTP/1.1 200 OK\r\nContent-Le', 'it ends within its head'],
  ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel', 'unexpected EOF'],
  ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 'invalid byte in chunk length'],
  ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabX\n', 'malformed chunked encoding'],
  ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n', 'unexpected EOF'],
  [`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(5000)}`, 'line too long'],
  [`HTTP/1.1 200 OK\r\na: ${'x'.repeat(300 * 1024)}`, 'its head is too long'],
  ['HTTP/1.1 100 Continue\r\n\r\n'.repeat(40), 'too many informational responses'],
])('request() refuses what breaks the protocol, case %#', async (said, message) => {
  await expect(answer(said)).rejects.toThrow(message);
});

test('request() uses a connection again, and dials a new one when the server closed it meanwhile', async () => {
  const server = new ScriptedServer();
  const client = server.client();
  const ask = async (serve: () => void): Promise<string> => {
    const asked = client.request(get);
    await Promise.resolve();
    serve();
    return new Response((await asked).body).text();
  };
  const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
  expect(await ask(() => server.connections[0]?.say(ok))).toBe('ok');
  expect(await ask(() => server.connections[0]?.say(ok))).toBe('ok');
  expect(server.connections).toHaveLength(1);
  server.connections[0]?.end();
  const asked = client.request(get);
  await expect.poll(() => server.connections.length).toBe(2);
  server.connections[1]?.say(ok);
  expect((await asked).status).toBe(200);
  client.dispose();
});

test('request() waits for a connection when all are busy, and gives up beyond the limit', async () => {
  const server = new ScriptedServer();
  const client = server.client({ connectionCountMax: 1, waitingCountMax: 1 });
  const first = client.request(get);
  const second = client.request(get);
  await expect(client.request(get)).rejects.toMatchObject({ kind: 'resourceExhausted' });
  const [connection] = server.connections;
  connection?.say('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na');
  expect(await new Response((await first).body).text()).toBe('a');
  connection?.say('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nb');
  expect(await new Response((await second).body).text()).toBe('b');
  expect(server.connections).toHaveLength(1);
  client.dispose();
});

test('request() sends a body in chunks, and reads an answer that comes before its end', async () => {
  const server = new ScriptedServer();
  const client = server.client();
  let push: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({ start: (controller) => void (push = controller) });
  const asked = client.request({ ...get, method: 'POST', body });
  push?.enqueue(new TextEncoder().encode('part'));
  const [connection] = server.connections;
  expect(await connection?.until('4\r\npart\r\n')).toContain('transfer-encoding: chunked');
  connection?.say('HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n');
  expect((await asked).status).toBe(413);
  await connection?.untilClosed();
  expect(client.connectionCount).toBe(0);
});

test('an abort and a body that nobody reads on close the connection', async () => {
  const server = new ScriptedServer();
  const client = server.client();
  const aborting = new AbortController();
  const asked = client.request({ ...get, signal: aborting.signal });
  await server.connections[0]?.until('\r\n\r\n');
  aborting.abort();
  await expect(asked).rejects.toMatchObject({ kind: 'cancelled' });
  await server.connections[0]?.untilClosed();
  const streamed = client.request(get);
  await Promise.resolve();
  server.connections[1]?.say('HTTP/1.1 200 OK\r\n\r\nendless');
  await (await streamed).body.cancel();
  await server.connections[1]?.untilClosed();
  expect(client.connectionCount).toBe(0);
});

test('request() hands the connection over after 101, with what came behind the head', async () => {
  const server = new ScriptedServer();
  const client = server.client();
  const asked = client.request(get);
  await Promise.resolve();
  server.connections[0]?.say('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nearly');
  const { upgraded } = await asked;
  const { value } = (await upgraded?.readable.getReader().read()) ?? {};
  expect(new TextDecoder().decode(value)).toBe('early');
});

test('request() refuses what would be more than one request', async () => {
  const client = new ScriptedServer().client();
  for (const bad of [
    { method: 'GET / HTTP/1.1\r\n' },
    { target: '/ HTTP/1.1\r\nx: y' },
    { target: 'http://elsewhere/' },
    { fields: [['x', 'a\r\nb: c']] as const },
  ])
    await expect(client.request({ ...get, ...bad })).rejects.toMatchObject({
      kind: 'invalidParameter',
    });
});
