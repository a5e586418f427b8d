/**
 * One Engine API request over a MessagePort, for a page whose engine is in a worker: bodies stream under the port's
 * flow control, whichever way they go, and an upgraded connection is the port itself.
 */
import type { ApiHandler, ApiRequest, ApiResponse } from '../api/http.ts';
import { KindError } from '../lib/errors.ts';
import { portDuplex } from '../lib/port-duplex.ts';

/** What is told at once; a streamed body follows on the port. */
export interface PortRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly streamed: boolean;
}

export interface PortAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly upgraded: boolean;
}

/** Sends a request with the other end of its port; resolves when the answer begins. */
export type SendPortRequest = (request: PortRequest, port: MessagePort) => Promise<PortAnswer>;

/** An ApiHandler whose engine is wherever `send` leads. It rejects when that is gone. */
export function requestOverPort(send: SendPortRequest): ApiHandler {
  return async (request) => {
    request.signal?.throwIfAborted();
    const { port1, port2 } = new MessageChannel();
    const stream = portDuplex(port1);
    const abort = (): void => stream.dispose();
    request.signal?.addEventListener('abort', abort, { once: true });
    const gone = aborted(request.signal);
    gone.catch(() => undefined);
    try {
      const streamed = request.body instanceof ReadableStream;
      const answer = send(toPortRequest(request, streamed), port2);
      // A body that breaks off breaks the request off; the answer, if any, tells more.
      if (request.body instanceof ReadableStream) {
        request.body.pipeTo(stream.writable).catch(() => undefined);
      }
      const { status, headers, upgraded } = await Promise.race([answer, gone]);
      if (upgraded) return { status, headers, upgraded: stream };
      if (!streamed) stream.writable.close().catch(() => undefined);
      return { status, headers, body: stream.readable };
    } catch (error) {
      request.signal?.removeEventListener('abort', abort);
      stream.dispose();
      throw error;
    }
  };
}

/** The engine's side: answers one request. The API never rejects, so neither does this. */
export async function serveOverPort(
  api: ApiHandler,
  { request, port }: { readonly request: PortRequest; readonly port: MessagePort },
): Promise<PortAnswer> {
  const stream = portDuplex(port);
  const aborting = new AbortController();
  const writer = stream.writable.getWriter();
  let answered = false;
  writer.closed.catch(() => {
    // Whoever asked is gone before there was anything to read.
    if (!answered) aborting.abort();
  });
  const { method, path, headers, body, streamed } = request;
  const sent = streamed ? stream.readable : body;
  const response = await api({
    method,
    path,
    headers,
    signal: aborting.signal,
    ...(sent === undefined ? {} : { body: sent }),
  });
  answered = true;
  writer.releaseLock();
  if (response.upgraded !== undefined) {
    const { readable, writable } = response.upgraded;
    void stream.readable.pipeTo(writable).catch(() => undefined);
    void readable.pipeTo(stream.writable).catch(() => undefined);
  } else {
    void pump(response, stream.writable);
  }
  return {
    status: response.status,
    headers: response.headers,
    upgraded: response.upgraded !== undefined,
  };
}

/** A reader who goes away cancels the body; a body that fails tells the reader so. */
async function pump(response: ApiResponse, writable: WritableStream<Uint8Array>): Promise<void> {
  const { body } = response;
  if (body instanceof ReadableStream) return body.pipeTo(writable).catch(() => undefined);
  const writer = writable.getWriter();
  try {
    if (body !== undefined && body.byteLength > 0) await writer.write(body);
    await writer.close();
  } catch {
    // Nobody reads any more.
  }
}

function toPortRequest(request: ApiRequest, streamed: boolean): PortRequest {
  const { method, path, headers, body } = request;
  return {
    method,
    path,
    headers,
    streamed,
    ...(body instanceof Uint8Array ? { body } : {}),
  };
}

function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener(
      'abort',
      () => reject(new KindError('cancelled', 'The request was cancelled')),
      { once: true },
    );
  });
}
