/**
 * What is said between a preview's service worker and the engine, over a MessagePort that belongs to one published
 * port. The service worker's side is at the mercy of the page it shows: every message is checked before it counts.
 */
import type { Field } from './http/response-head.ts';
import { isRecord, isText } from './is-shape.ts';

/** Named limits of one message; more is dropped. */
export const previewLimits = {
  /** Header fields of a request. */
  fieldCountMax: 256,
  /** Name and value, target, cookie: what browsers allow of one. */
  textLengthMax: 256 * 1024,
  /** Requests that are not answered yet, over one port. */
  requestCountMax: 512,
  /** WebSockets that are open at a time, over one port. */
  webSocketCountMax: 64,
} as const;

/** From the service worker. The bodies of a request go over a port of its own, as lib/port-duplex.ts speaks. */
export type PreviewRequest =
  | {
      readonly type: 'request';
      readonly id: number;
      readonly method: string;
      /** Path and query. */
      readonly target: string;
      readonly fields: readonly Field[];
      readonly hasBody: boolean;
    }
  | { readonly type: 'abort'; readonly id: number }
  | {
      readonly type: 'websocket';
      readonly target: string;
      readonly protocols: readonly string[];
    }
  /** What the page wrote to `document.cookie`; `path` is the page's. */
  | { readonly type: 'cookie'; readonly text: string; readonly path: string }
  /** Asks for a `pong`: a service worker cannot tell a port of a closed tab otherwise. */
  | { readonly type: 'ping' };

export interface VisibleCookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
}

/** To the service worker, which believes it. */
export type PreviewResponse =
  | {
      readonly type: 'response';
      readonly id: number;
      readonly status: number;
      readonly reason: string;
      readonly fields: readonly Field[];
    }
  | { readonly type: 'failed'; readonly id: number; readonly message: string }
  /** What `document.cookie` shows; before the response that changed it. */
  | { readonly type: 'cookies'; readonly cookies: readonly VisibleCookie[] }
  | { readonly type: 'pong' };

/** Undefined for whatever is no such message. */
export function parsePreviewRequest(data: unknown): PreviewRequest | undefined {
  if (!isRecord(data)) return undefined;
  const { type, id, method, target, fields, hasBody, protocols, text, path } = data;
  const max = previewLimits.textLengthMax;
  switch (type) {
    case 'request':
      if (!isId(id) || !isText(method, 32) || !isText(target, max)) return undefined;
      if (!areFields(fields) || typeof hasBody !== 'boolean') return undefined;
      return { type, id, method, target, fields, hasBody };
    case 'abort':
      return isId(id) ? { type, id } : undefined;
    case 'websocket':
      if (!isText(target, max) || !Array.isArray(protocols) || protocols.length > 16)
        return undefined;
      if (!protocols.every((protocol): protocol is string => isText(protocol, 256)))
        return undefined;
      return { type, target, protocols };
    case 'cookie':
      return isText(text, max) && isText(path, max) ? { type, text, path } : undefined;
    case 'ping':
      return { type };
    default:
      return undefined;
  }
}

function isId(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value);
}

function areFields(value: unknown): value is readonly Field[] {
  if (!Array.isArray(value) || value.length > previewLimits.fieldCountMax) return false;
  return value.every(
    (field: unknown) =>
      Array.isArray(field) &&
      field.length === 2 &&
      field.every((part) => isText(part, previewLimits.textLengthMax)),
  );
}
