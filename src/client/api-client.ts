/**
 * One connection's worth of Engine API calls over an ApiHandler: builds requests, reads answers and
 * turns an error answer into a KindError with the words the real client uses.
 */
import type { ApiHandler, ApiResponse } from '../api/http.ts';
import { apiVersion } from '../api/system.ts';
import type { Duplex } from '../lib/duplex.ts';
import { KindError } from '../lib/errors.ts';
import type { ErrorKind } from '../lib/errors.ts';

type QueryValue = string | number | boolean;

/** Query values; undefined ones are left out, booleans are sent as 1, lists once for each item. */
export type Query = Readonly<Record<string, QueryValue | readonly QueryValue[] | undefined>>;

export interface CallOptions {
  readonly query?: Query;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is; wins over `json`. */
  readonly body?: Uint8Array | ReadableStream<Uint8Array>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Largest error body that is read: enough for any message, too small to hurt. */
const errorBodyBytesMax = 64 * 1024;

/** Largest JSON answer that is read whole. */
const jsonBodyBytesMax = 64 * 1024 * 1024;

export class ApiClient {
  readonly #handler: ApiHandler;
  readonly #prefix: string;
  readonly #headers: Readonly<Record<string, string>>;

  /** `headers` go with every request; names in lower case. */
  constructor(
    handler: ApiHandler,
    options?: { readonly version?: string; readonly headers?: Readonly<Record<string, string>> },
  ) {
    this.#handler = handler;
    this.#headers = options?.headers ?? {};
    this.#prefix = `/v${options?.version ?? apiVersion}`;
  }

  /** Sends a request and resolves with an answer below 400; rejects with a KindError otherwise. */
  async call(method: string, path: string, options: CallOptions = {}): Promise<ApiResponse> {
    const response = await this.#send(method, path, options);
    if (response.status >= 400) throw await apiError(response);
    return response;
  }

  #send(method: string, path: string, options: CallOptions): Promise<ApiResponse> {
    const headers: Record<string, string> = { ...this.#headers, ...options.headers };
    let body = options.body;
    if (body === undefined && options.json !== undefined) {
      headers['content-type'] = 'application/json';
      body = new TextEncoder().encode(JSON.stringify(options.json));
    }
    return this.#handler({
      method,
      path: this.#prefix + path + queryString(options.query),
      headers,
      ...(body === undefined ? {} : { body }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  }

  /** A call whose answer is one JSON value. */
  async json<T>(method: string, path: string, options?: CallOptions): Promise<T> {
    const response = await this.call(method, path, options);
    const text = await bodyText(response, jsonBodyBytesMax);
    // The wire types are the contract with the engine; conformance tests hold it.
    return JSON.parse(text) as T;
  }

  /** A call whose answer has no content of interest. */
  async empty(method: string, path: string, options?: CallOptions): Promise<ApiResponse> {
    const response = await this.call(method, path, options);
    if (response.body instanceof ReadableStream) await response.body.cancel();
    return response;
  }

  /** A call whose answer is a stream of bytes. */
  async stream(
    method: string,
    path: string,
    options?: CallOptions,
  ): Promise<ReadableStream<Uint8Array>> {
    return bodyStream(await this.call(method, path, options));
  }

  /** A call that takes the connection over; resolves with both halves of it. */
  async hijack(path: string, options: CallOptions = {}): Promise<Duplex> {
    const response = await this.#send('POST', path, {
      ...options,
      headers: { ...options.headers, connection: 'Upgrade', upgrade: 'tcp' },
    });
    if (response.upgraded !== undefined) return response.upgraded;
    // The real client does not look at the answer's message here, so neither do we.
    const cause = await apiError(response);
    throw new KindError(cause.kind, `unable to upgrade to tcp, received ${response.status}`, {
      cause,
    });
  }
}

/** A path segment: names and IDs may hold any character. */
export function segment(name: string): string {
  return encodeURIComponent(name);
}

function queryString(query: Query | undefined): string {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const item of queryValues(value)) {
      const text = item === true ? '1' : item === false ? '0' : String(item);
      parts.push(`${encodeURIComponent(name)}=${encodeURIComponent(text)}`);
    }
  }
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

function queryValues(value: Query[string]): readonly QueryValue[] {
  if (value === undefined) return [];
  return typeof value === 'object' ? value : [value];
}

async function apiError(response: ApiResponse): Promise<KindError> {
  const text = await bodyText(response, errorBodyBytesMax).catch(() => '');
  const message = errorText(text, response);
  return new KindError(kindOfStatus(response.status), `Error response from daemon: ${message}`);
}

function errorText(text: string, response: ApiResponse): string {
  const isJson = (response.headers['content-type'] ?? '').startsWith('application/json');
  if (isJson) {
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value === 'object' && value !== null && 'message' in value) {
        const message = String(value.message).trim();
        if (message !== '') return message;
      }
    } catch {
      // Not JSON after all: the text itself is the best message there is.
    }
  }
  const plain = text.trim();
  return plain === '' ? `API returned a ${response.status} but provided no error-message` : plain;
}

const kinds: Readonly<Record<number, ErrorKind>> = {
  304: 'notModified',
  400: 'invalidParameter',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'notFound',
  409: 'conflict',
  501: 'notImplemented',
  503: 'unavailable',
  507: 'resourceExhausted',
};

function kindOfStatus(status: number): ErrorKind {
  return kinds[status] ?? (status < 500 ? 'invalidParameter' : 'system');
}

/** The body as a stream, whatever form it has. */
export function bodyStream(response: ApiResponse): ReadableStream<Uint8Array> {
  const { body } = response;
  if (body instanceof ReadableStream) return body;
  return new ReadableStream({
    start(controller) {
      if (body !== undefined && body.byteLength > 0) controller.enqueue(body);
      controller.close();
    },
  });
}

async function bodyText(response: ApiResponse, bytesMax: number): Promise<string> {
  const decoder = new TextDecoder();
  if (response.body instanceof Uint8Array) return decoder.decode(response.body);
  let text = '';
  let bytes = 0;
  const reader = bodyStream(response).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > bytesMax) {
      await reader.cancel();
      throw new KindError('resourceExhausted', `Cannot read answer: more than ${bytesMax} bytes`);
    }
    text += decoder.decode(value, { stream: true });
  }
}
