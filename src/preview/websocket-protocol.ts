/** What a page's WebSocket and the engine say to each other, over a port of their own. Both sides check. */
import { isRecord, isText } from './is-shape.ts';

/** Most that a page may have sent before the server took it; beyond it the WebSocket fails. */
export const bufferedBytesMax = 32 * 1024 * 1024;
/** Largest message of a page. */
export const sentLengthMax = 16 * 1024 * 1024;

export type WebSocketRequest =
  | { readonly type: 'send'; readonly data: string | ArrayBuffer }
  | { readonly type: 'close'; readonly code?: number; readonly reason: string }
  /** The page took a message: the next one may come. */
  | { readonly type: 'taken' };

export type WebSocketEventMessage =
  | { readonly type: 'open'; readonly protocol: string }
  | { readonly type: 'message'; readonly data: string | ArrayBuffer }
  /** So many bytes or characters of what was sent are on their way. */
  | { readonly type: 'sent'; readonly length: number }
  | {
      readonly type: 'closed';
      readonly code: number;
      readonly reason: string;
      readonly wasClean: boolean;
    };

/** Undefined for whatever is no such message. */
export function parseWebSocketRequest(message: unknown): WebSocketRequest | undefined {
  if (!isRecord(message)) return undefined;
  const { type, data, code, reason } = message;
  if (type === 'taken') return { type };
  if (type === 'send') {
    if (isText(data, sentLengthMax)) return { type, data };
    const isBytes = data instanceof ArrayBuffer && data.byteLength <= sentLengthMax;
    return isBytes ? { type, data } : undefined;
  }
  if (type !== 'close' || !isText(reason, 123)) return undefined;
  if (code === undefined) return { type, reason };
  const isAllowed = typeof code === 'number' && (code === 1000 || (code >= 3000 && code <= 4999));
  return isAllowed && Number.isInteger(code) ? { type, code, reason } : undefined;
}

export function lengthOf(data: string | ArrayBuffer): number {
  return typeof data === 'string' ? data.length : data.byteLength;
}
