/**
 * The seam: one request and one response of the Docker Engine API, independent of any transport.
 * A Fetch Response can carry neither status 101 nor a hijacked connection, hence types of our own.
 */
import type { Duplex } from '../lib/duplex.ts';

export interface ApiRequest {
  readonly method: string;
  /** Path with query, for instance `/v1.51/containers/json?all=1`. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | ReadableStream<Uint8Array>;
  /** Aborted when the peer goes away. */
  readonly signal?: AbortSignal;
}

export interface ApiResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | ReadableStream<Uint8Array>;
  /** Set when the connection was hijacked (status 101, or 200 for clients that did not ask to upgrade). */
  readonly upgraded?: Duplex;
}

/** Serves the Engine API. Never rejects: every failure is a response with `{"message": …}`. */
export type ApiHandler = (request: ApiRequest) => Promise<ApiResponse>;
