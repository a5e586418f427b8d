/**
 * Between two views of one server: the browser sees the preview's origin, the server sees `localhost:<port>`, as it
 * would with Docker on the same computer. Pure.
 */
import type { Field } from './http/response-head.ts';

export interface Mapping {
  /** On the machine. */
  readonly port: number;
  /** Where the browser shows it. */
  readonly origin: string;
}

/** Of a hop, made anew, or of no use between a service worker and a page. */
const requestFieldsDropped = new Set([
  'connection', 'content-length', 'cookie', 'expect', 'host', 'keep-alive', 'proxy-authorization', 'proxy-connection', 'te',
  'trailer', 'transfer-encoding', 'upgrade', 'accept-encoding', 'origin', 'referer',
]); // prettier-ignore

/**
 * Of a hop; or what a browser would apply to the frame: the preview is a frame of another origin, which is not for
 * the server to refuse, and isolation headers would cut it off.
 */
const responseFieldsDropped = new Set([
  'alt-svc', 'clear-site-data', 'connection', 'cross-origin-embedder-policy', 'cross-origin-embedder-policy-report-only',
  'cross-origin-opener-policy', 'cross-origin-opener-policy-report-only', 'cross-origin-resource-policy', 'keep-alive', 'nel',
  'origin-agent-cluster', 'proxy-authenticate', 'proxy-connection', 'report-to', 'reporting-endpoints', 'service-worker-allowed',
  'set-cookie', 'strict-transport-security', 'trailer', 'transfer-encoding', 'upgrade', 'x-frame-options',
]); // prettier-ignore

/** Where the shim lies at the preview's origin; a policy of the page must not stop it. */
export const shimPath = '/bottleship-preview-shim.js';

export function serverHost(port: number): string {
  return port === 80 ? 'localhost' : `localhost:${port}`;
}

/** Fields for the server; `cookie` is empty when there is none. */
export function requestFields(
  fields: readonly Field[],
  { mapping, cookie }: { readonly mapping: Mapping; readonly cookie: string },
): Field[] {
  const host = serverHost(mapping.port);
  const kept = fields
    .map(([name, value]): Field => [name.toLowerCase(), value])
    .filter(([name]) => !requestFieldsDropped.has(name) && !name.startsWith('x-preview-'));
  const made = fields.flatMap(([name, value]): Field[] => {
    const target = /^x-preview-(origin|referer)$/.exec(name)?.[1];
    return target === undefined ? [] : [[target, toServer(value, mapping)]];
  });
  return [
    ['host', host],
    ...kept,
    ...made,
    // Nothing is won by compressing within one computer.
    ['accept-encoding', 'identity'],
    ...(cookie === '' ? [] : [['cookie', cookie] as const]),
    ['connection', 'keep-alive'],
  ];
}

/** Fields for the browser. */
export function responseFields(fields: readonly Field[], mapping: Mapping): Field[] {
  return fields.flatMap(([name, value]): Field[] => {
    if (responseFieldsDropped.has(name)) return [];
    switch (name) {
      case 'location':
      case 'content-location':
      case 'refresh':
      case 'link':
      case 'access-control-allow-origin':
        return [[name, toBrowser(value, mapping)]];
      case 'content-security-policy':
      case 'content-security-policy-report-only':
        return [[name, contentSecurityPolicy(value, mapping)]];
      default:
        return [[name, value]];
    }
  });
}

function toServer(url: string, { origin, port }: Mapping): string {
  return url.startsWith(origin) ? `http://${serverHost(port)}${url.slice(origin.length)}` : url;
}

/** Every name under which the server knows itself. */
export function toBrowser(text: string, { origin, port }: Mapping): string {
  const names = String.raw`(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])`;
  const suffix = port === 80 ? '(?::80)?' : `:${port}`;
  const own = new RegExp(`(?<![a-z0-9.:])(?:http:)?//${names}${suffix}(?![\\w.:-])`, 'gi');
  return text.replace(own, origin);
}

/** The policy stays the page's own, but for who may frame it, and our shim. */
function contentSecurityPolicy(value: string, mapping: Mapping): string {
  return value
    .split(',')
    .map((policy) => onePolicy(policy, mapping))
    .join(', ');
}

function onePolicy(policy: string, mapping: Mapping): string {
  const directives = policy
    .split(';')
    .map((directive) => directive.trim())
    .filter(
      (directive) =>
        !/^(?:frame-ancestors|upgrade-insecure-requests|sandbox|report-uri|report-to)\b/i.test(
          directive,
        ),
    );
  const governing = ['script-src-elem', 'script-src', 'default-src'].find((name) =>
    directives.some((directive) => directive.toLowerCase().startsWith(`${name} `)),
  );
  return directives
    .map((directive) => {
      const mapped = bothNames(directive, mapping);
      if (governing === undefined || !mapped.toLowerCase().startsWith(`${governing} `))
        return mapped;
      const open = mapped.replace(/\s'none'/i, '');
      // Where only nonces count, the shim has one.
      return /'strict-dynamic'/i.test(open)
        ? `${open} 'nonce-bottleship'`
        : `${open} ${mapping.origin}${shimPath}`;
    })
    .join('; ');
}

/** A page is itself under the preview's address and under the server's: the service worker answers both. */
function bothNames(directive: string, mapping: Mapping): string {
  const own = `http://${serverHost(mapping.port)}`;
  const sources = directive.split(/\s+/).flatMap((source) => {
    if (source.toLowerCase() === "'self'") return [source, own];
    const mapped = toBrowser(source, mapping);
    return mapped === source ? [source] : [mapped, source];
  });
  return [...new Set(sources)].join(' ');
}
