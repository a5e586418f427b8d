import { describe, expect, test } from 'vitest';
import type { ApiHandler, ApiRequest } from '../../../api/http.ts';
import { bodyText, connectTo, exchange } from './connection.fixture.ts';

const host = 'Host: docker\r\n';

/** Answers with what it got. */
const echo: ApiHandler = async ({ method, path, body }) => {
  const text = `${method} ${path} ${body === undefined ? '-' : await bodyText(body)}`;
  return { status: 200, headers: {}, body: new TextEncoder().encode(text) };
};

const chunks =
  (...texts: readonly string[]): ApiHandler =>
  async () => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: new ReadableStream<string>({
      start(controller) {
        for (const text of texts) controller.enqueue(text);
        controller.close();
      },
    }).pipeThrough(new TextEncoderStream()),
  });

describe('serveConnection() answers', () => {
  test('requests of one connection in their order, also when they came at once', async () => {
    const answer = await exchange(
      echo,
      `GET /a HTTP/1.1\r\n${host}\r\nPOST /b HTTP/1.1\r\n${host}Content-Length: 3\r\n\r\nxyz` +
        `POST /c HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n2;x=y\r\nab\r\n1\r\nc\r\n0\r\nT: v\r\n\r\n` +
        `HEAD /d HTTP/1.1\r\n${host}Connection: close\r\n\r\nGET /never HTTP/1.1\r\n${host}\r\n`,
    );
    expect(answer).toBe(
      'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nGET /a -' +
        'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nPOST /b xyz' +
        'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nPOST /c abc' +
        'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n',
    );
  });

  test('a stream in chunks, and for HTTP/1.0 until the end of the connection', async () => {
    const handler = chunks('{}\n', '[]\n');
    const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
    expect(await exchange(handler, `GET / HTTP/1.1\r\n${host}\r\n`)).toBe(
      `${head}Transfer-Encoding: chunked\r\n\r\n3\r\n{}\n\r\n3\r\n[]\n\r\n0\r\n\r\n`,
    );
    expect(await exchange(handler, 'GET / HTTP/1.0\r\n\r\n')).toBe(
      `${head}Connection: close\r\n\r\n{}\n[]\n`,
    );
  });

  test('100 Continue when the body is wanted, and closes when it is not', async () => {
    const head = `POST /b HTTP/1.1\r\n${host}Content-Length: 3\r\nExpect: 100-continue\r\n\r\n`;
    const connection = connectTo(echo);
    await connection.send(head);
    await connection.readUntil('HTTP/1.1 100 Continue\r\n\r\n');
    await connection.send('abc');
    await connection.readUntil('POST /b abc');
    await connection.end();
    const refuse: ApiHandler = async () => ({ status: 409, headers: {} });
    expect(await exchange(refuse, head)).toBe(
      'HTTP/1.1 409 Conflict\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
    );
  });

  test('a request behind a body that no route read', async () => {
    const ignore: ApiHandler = async () => ({ status: 204, headers: {} });
    const body = 'x'.repeat(100_000);
    const post = `POST /b HTTP/1.1\r\n${host}Content-Length: ${body.length}\r\n\r\n${body}`;
    expect(await exchange(ignore, post + post)).toBe('HTTP/1.1 204 No Content\r\n\r\n'.repeat(2));
  });
});

describe('serveConnection() refuses, in the words of Go', () => {
  test.each([
    ['nonsense', 'GARBAGE\r\n\r\n', '400 Bad Request'],
    ['another protocol', 'GET / HTTP/2.0\r\n\r\n', '505 HTTP Version Not Supported: unsupported protocol version'],
    ['a missing host', 'GET / HTTP/1.1\r\n\r\n', '400 Bad Request: missing required Host header'],
    ['a space before the colon', `GET / HTTP/1.1\r\n${host}A : b\r\n\r\n`, '400 Bad Request'],
    ['two lengths', `GET / HTTP/1.1\r\n${host}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`, '400 Bad Request'],
    ['a bad length', `GET / HTTP/1.1\r\n${host}Content-Length: -1\r\n\r\n`, '400 Bad Request'],
    ['a NUL in a header', `GET / HTTP/1.1\r\n${host}A: \0\r\n\r\n`, '400 Bad Request: invalid header value'],
    ['headers without end', `GET / HTTP/1.1\r\n${host}A: ${'x'.repeat(2_000_000)}`, '431 Request Header Fields Too Large'],
    ['another expectation', `GET / HTTP/1.1\r\n${host}Expect: tea\r\n\r\n`, '417 Expectation Failed'],
  ])('%s', async (_what, request, words) => {
    const headers = 'Content-Type: text/plain; charset=utf-8\r\nConnection: close';
    expect(await exchange(echo, request)).toBe(`HTTP/1.1 ${words}\r\n${headers}\r\n\r\n${words}`);
  }); // prettier-ignore

  test('a client that trickles its headers', async () => {
    const connection = connectTo(echo, { limits: { headTimeoutMs: 20 } });
    await connection.send('GET / HT');
    expect(await connection.readAll()).toMatch(/^HTTP\/1.1 408 /);
  });

  test('a malformed chunk, as the error of whoever reads the body', async () => {
    let failure: unknown;
    const read: ApiHandler = async ({ body }) => {
      failure = await bodyText(body ?? new Uint8Array()).catch((error: unknown) => error);
      return { status: 400, headers: {} };
    };
    const head = `POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n`;
    await exchange(read, `${head}zz\r\n`);
    expect(failure).toMatchObject({ message: 'invalid byte in chunk length' });
    await exchange(read, `${head}5\r\nab`);
    expect(failure).toMatchObject({ message: 'unexpected EOF' });
  });
});

describe('a hijacked connection', () => {
  /** Sends the input back in capitals, then how it ended. */
  const capitals: ApiHandler = async ({ headers }) => ({
    status: headers['upgrade'] === undefined ? 200 : 101,
    headers: { 'content-type': 'application/vnd.docker.raw-stream' },
    upgraded: new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        const text = new TextDecoder().decode(chunk).toUpperCase();
        controller.enqueue(new TextEncoder().encode(text));
      },
      flush: (controller) => controller.enqueue(new TextEncoder().encode('.')),
    }),
  });

  test.each([
    ['with an upgrade', 'Upgrade: tcp\r\nConnection: Upgrade\r\n', '101 UPGRADED'],
    ['without one', '', '200 OK'],
  ])('%s carries both directions, and the end of input is only that', async (_how, headers, status) => {
    const connection = connectTo(capitals);
    await connection.send(`POST /attach HTTP/1.1\r\n${host}${headers}\r\nab`);
    const head = `HTTP/1.1 ${status}\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n`;
    expect(await connection.readUntil('AB')).toBe(`${head}AB`);
    await connection.send('cd');
    await connection.end();
    expect(await connection.readAll()).toBe('CD.');
  }); // prettier-ignore

  test('does not take a body of known length for input', async () => {
    const connection = connectTo(capitals);
    const head = `POST /attach HTTP/1.1\r\n${host}Upgrade: tcp\r\nContent-Length: 4\r\n\r\n`;
    await connection.send(`${head}{"a"`);
    await connection.readUntil('\r\n\r\n');
    await connection.send('in');
    await connection.end();
    expect(await connection.readAll()).toBe('IN.');
  });

  test('does not abort its request when the client ends its input', async () => {
    let request: ApiRequest | undefined;
    const handler: ApiHandler = async (given) => {
      request = given;
      return capitals(given);
    };
    const connection = connectTo(handler);
    await connection.send(`POST /attach HTTP/1.1\r\n${host}\r\n`);
    await connection.readUntil('\r\n\r\n');
    await connection.end();
    await connection.readUntil('.');
    expect(request?.signal?.aborted).toBe(false);
    await connection.served;
    expect(request?.signal?.aborted).toBe(true);
  });
});

describe('a client that leaves', () => {
  test('aborts its request, whose body ends', async () => {
    const follow: ApiHandler = async ({ signal }) => ({
      status: 200,
      headers: {},
      body: new ReadableStream<Uint8Array>({
        start: (controller) => signal?.addEventListener('abort', () => controller.close()),
      }),
    });
    const connection = connectTo(follow);
    await connection.send(`GET /events HTTP/1.1\r\n${host}\r\n`);
    await connection.readUntil('\r\n\r\n');
    await connection.end();
    expect(await connection.readAll()).toBe('0\r\n\r\n');
  });

  test('is told of a failed body by the missing last chunk', async () => {
    const fail: ApiHandler = async () => ({
      status: 200,
      headers: {},
      body: new ReadableStream<Uint8Array>({
        pull(controller) {
          controller.error(new Error('lost'));
        },
      }),
    });
    await expect(exchange(fail, `GET / HTTP/1.1\r\n${host}\r\n`)).rejects.toThrow('lost');
  });
});
