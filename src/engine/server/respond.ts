/** The shapes of answers: JSON, nothing, a stream of bytes, a hijacked connection. */
import type { ApiResponse } from '../../api/http.ts';
import { multiplexedStreamType, rawStreamType } from '../../lib/stdcopy.ts';
import type { AttachedStream } from './backend/streams.ts';
import type { RouteRequest } from './route-request.ts';

const encoder = new TextEncoder();

export function jsonResponse(status: number, value: unknown): ApiResponse {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: encodeJsonLine(value),
  };
}

export function emptyResponse(status: number): ApiResponse {
  return { status, headers: {} };
}

export function textResponse(status: number, text: string): ApiResponse {
  return {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: encoder.encode(text),
  };
}

export function streamResponse(contentType: string, body: ReadableStream<Uint8Array>): ApiResponse {
  return { status: 200, headers: { 'content-type': contentType }, body };
}

/** A value and a newline, as dockerd ends its JSON bodies. */
export function encodeJsonLine(value: unknown): Uint8Array {
  return encoder.encode(`${JSON.stringify(value)}\n`);
}

/** 101 for a client that asked to upgrade, 200 for one that did not. */
export function hijackResponse(request: RouteRequest, stream: AttachedStream): ApiResponse {
  const upgrade = request.header('upgrade') !== undefined;
  const multiplexed = stream.multiplexed && request.versionAtLeast('1.42');
  return {
    status: upgrade ? 101 : 200,
    headers: {
      'content-type': upgrade && multiplexed ? multiplexedStreamType : rawStreamType,
      ...(upgrade ? { connection: 'Upgrade', upgrade: 'tcp' } : {}),
    },
    upgraded: stream.duplex,
  };
}
