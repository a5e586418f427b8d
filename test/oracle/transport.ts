/** One request to an engine and what came back, over a unix socket or to an engine in this process. */
import http from 'node:http';
import type { Duplex } from 'node:stream';
import type { ApiHandler } from '../../src/api/http.ts';

export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** For a hijacked connection. */
  readonly input?: Uint8Array;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export type Transport = (request: RawRequest) => Promise<RawAnswer>;

const answerMsMax = 30_000;

export function socketTransport(socketPath: string): Transport {
  return ({ method, path, headers, body, input }) =>
    new Promise((resolve, reject) => {
      const request = http.request({ socketPath, method, path, headers, timeout: answerMsMax });
      const answer = (response: http.IncomingMessage, bytes: Promise<Uint8Array>) =>
        bytes.then(
          (content) =>
            resolve({
              status: response.statusCode ?? 0,
              headers: textHeaders(response.headers),
              body: content,
            }),
          reject,
        );
      request.on('response', (response) => void answer(response, readAll(response)));
      request.on('upgrade', (response, socket: Duplex, head) => {
        socket.unshift(head);
        socket.end(input ?? new Uint8Array());
        void answer(response, readAll(socket));
      });
      request.on('timeout', () => request.destroy(new Error(`No answer: ${method} ${path}`)));
      request.on('error', reject);
      request.end(body);
    });
}

export function handlerTransport(handler: ApiHandler): Transport {
  return async ({ method, path, headers, body, input }) => {
    const signal = AbortSignal.timeout(answerMsMax);
    const response = await handler({
      method,
      path,
      headers,
      signal,
      ...(body === undefined ? {} : { body }),
    });
    const { status, upgraded } = response;
    if (upgraded !== undefined) {
      const writer = upgraded.writable.getWriter();
      if (input !== undefined) await writer.write(input);
      await writer.close();
    }
    const source = upgraded?.readable ?? response.body;
    return { status, headers: response.headers, body: await readBody(source) };
  };
}

function readBody(
  source: Uint8Array | ReadableStream<Uint8Array> | undefined,
): Promise<Uint8Array> {
  if (source === undefined) return Promise.resolve(new Uint8Array());
  return source instanceof Uint8Array ? Promise.resolve(source) : readAll(source);
}

async function readAll(source: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function textHeaders(headers: http.IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
