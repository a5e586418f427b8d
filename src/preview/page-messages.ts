/**
 * What a previewed document and the playground's page say to each other by `postMessage`, and a previewed document and
 * its service worker. Whoever receives checks origin, source and shape.
 */
import { isRecord, isText } from './is-shape.ts';
import type { VisibleCookie } from './protocol.ts';

const addressLengthMax = 8192;

/** From a document of the preview to the playground. */
export type PreviewPageMessage =
  /** The service worker needs a port to the engine. */
  | { readonly type: 'bottleship-preview-connect' }
  /** The document shows this path, query and fragment. */
  | { readonly type: 'bottleship-preview-location'; readonly address: string };

/** From the playground, with a port. */
export interface PreviewPortMessage {
  readonly type: 'bottleship-preview-port';
}

/** From a document of the preview to its service worker; `websocket` and `port` bring a port. */
export type PreviewWorkerRequest =
  | { readonly type: 'port' }
  | { readonly type: 'websocket'; readonly target: string; readonly protocols: readonly string[] }
  | { readonly type: 'cookie'; readonly text: string; readonly path: string }
  | { readonly type: 'stay-awake' };

/** From the service worker to its documents. */
export type PreviewWorkerMessage =
  | { readonly type: 'need-port' }
  | { readonly type: 'linked' }
  | { readonly type: 'cookies'; readonly cookies: readonly VisibleCookie[] };

/** Undefined for whatever is no such message. */
export function parsePreviewPageMessage(data: unknown): PreviewPageMessage | undefined {
  if (!isRecord(data)) return undefined;
  const { type, address } = data;
  if (type === 'bottleship-preview-connect') return { type };
  const isAddress = isText(address, addressLengthMax) && address.startsWith('/');
  return type === 'bottleship-preview-location' && isAddress ? { type, address } : undefined;
}

export function isPreviewPortMessage(data: unknown): data is PreviewPortMessage {
  return isRecord(data) && data['type'] === 'bottleship-preview-port';
}
