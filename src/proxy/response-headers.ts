/**
 * What a response says. A blob is whatever a stranger uploaded, and `npm start` serves it from the page's own origin:
 * nothing here may ever be taken for a page, a script or a style.
 */
import type { IncomingMessage } from 'node:http';
import type { ProxyTarget } from './request-path.ts';

/** On every response, refusals included. */
export const apiHeaders: Readonly<Record<string, string>> = {
  'docker-distribution-api-version': 'registry/2.0',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
  'cross-origin-resource-policy': 'same-site',
  'cache-control': 'no-store',
};

const passed = [
  'content-length',
  'content-range',
  'accept-ranges',
  'docker-content-digest',
  'etag',
  'last-modified',
  'retry-after',
];
const rateLimitPattern = /^(x-)?ratelimit-[a-z-]+$/;

const manifestTypes: readonly string[] = [
  'application/vnd.docker.distribution.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v1+prettyjws',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
];

export function responseHeaders(
  incoming: IncomingMessage,
  { target, isPrivate }: { target: ProxyTarget; isPrivate: boolean },
): Headers {
  const headers = new Headers(apiHeaders);
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (typeof value !== 'string') continue;
    if (passed.includes(name) || rateLimitPattern.test(name)) headers.set(name, value);
  }
  const status = incoming.statusCode ?? 0;
  const isSuccess = status === 200 || status === 206 || status === 304;
  const given = incoming.headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '';
  headers.set('content-type', contentType(given, { target, isSuccess }));
  if (target.kind === 'blobs') headers.set('content-disposition', 'attachment');
  if (isSuccess) {
    const scope = isPrivate ? 'private' : 'public';
    headers.set(
      'cache-control',
      target.isImmutable ? `${scope}, max-age=31536000, immutable` : 'no-cache',
    );
  }
  return headers;
}

function contentType(
  given: string,
  { target, isSuccess }: { target: ProxyTarget; isSuccess: boolean },
): string {
  if (!isSuccess || target.kind === 'tags') return 'application/json';
  if (target.kind === 'blobs') return 'application/octet-stream';
  return manifestTypes.includes(given) ? given : 'application/json';
}

/** For a page of an allowed other origin; nothing for any other. */
export function corsHeaders(
  origin: string | undefined,
  origins: readonly string[],
): Record<string, string> {
  if (origin === undefined || !origins.includes(origin)) return { vary: 'origin' };
  return {
    vary: 'origin',
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'GET, HEAD, POST, PATCH, PUT',
    'access-control-allow-headers':
      'accept, range, if-none-match, content-type, content-range, x-docker-token',
    'access-control-expose-headers':
      'content-length, content-range, docker-content-digest, location, etag, retry-after, ratelimit-limit, ratelimit-remaining, docker-ratelimit-source',
    'access-control-max-age': '86400',
    'cross-origin-resource-policy': 'cross-origin',
  };
}

/**
 * Whether a browser sends this for a page of an origin that is neither ours nor allowed. Browsers send no Origin with
 * a plain GET, of an image for example; Sec-Fetch-Site gives those away.
 */
export function isForeign(
  headers: Headers,
  { ownHost, origins }: { ownHost: string; origins: readonly string[] },
): boolean {
  const origin = headers.get('origin');
  if (origin !== null) {
    const isOwn = URL.canParse(origin) && new URL(origin).host === ownHost;
    return !isOwn && !origins.includes(origin);
  }
  const site = headers.get('sec-fetch-site');
  return site === 'cross-site' || site === 'same-site';
}
