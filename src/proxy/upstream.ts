/**
 * Requests to upstream registries. The name is resolved here, the addresses are checked, and the connection goes to
 * a checked address and no other: a name that changes its mind between check and use gains nothing. Redirects are
 * followed here, each hop under the same rules.
 */
import { lookup as systemLookup } from 'node:dns/promises';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Disposable } from '../lib/disposable.ts';
import { dialReason } from '../lib/dial-error.ts';
import { KindError } from '../lib/errors.ts';
import { isPublicAddress } from './address-policy.ts';
import type { ProxyLimits, RegistryConfig } from './config.ts';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

export type Resolver = (hostname: string) => Promise<readonly ResolvedAddress[]>;

export const systemResolver: Resolver = (hostname) => systemLookup(hostname, { all: true });

export interface UpstreamRequest {
  readonly registry: RegistryConfig;
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'PUT';
  /** Only for the writing methods, whose redirects are not followed. */
  readonly body?: Uint8Array;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export interface UpstreamOptions {
  readonly limits: ProxyLimits;
  readonly resolver?: Resolver;
}

const redirectStatuses = new Set([301, 302, 303, 307, 308]);
/** Connections kept open for the next request, per upstream host. */
const idleSocketsMax = 16;

export class Upstream implements Disposable {
  readonly #limits: ProxyLimits;
  readonly #resolver: Resolver;
  /**
   * Agents keep connections open by host name. A connection to a private address must only serve the registry that
   * may use it, so each registry has its own.
   */
  readonly #agents = new Map<RegistryConfig, { http: HttpAgent; https: HttpsAgent }>();

  constructor({ limits, resolver = systemResolver }: UpstreamOptions) {
    this.#limits = limits;
    this.#resolver = resolver;
  }

  /**
   * The response after all redirects; its body is not read. Rejects `forbidden` for an address, scheme or redirect
   * against the rules and `unavailable` when the upstream does not answer, in Go's words.
   */
  async request(request: UpstreamRequest): Promise<IncomingMessage> {
    let { url, headers } = request;
    for (let hops = 0; ; hops += 1) {
      const response = await this.#send({ ...request, url, headers });
      const { location } = response.headers;
      const isRedirect = redirectStatuses.has(response.statusCode ?? 0) && location !== undefined;
      if (!isRedirect || request.body !== undefined) return response;
      response.destroy();
      if (hops === this.#limits.redirectsMax) {
        throw new KindError(
          'unavailable',
          `Get "${displayUrl(url)}": stopped after ${hops} redirects`,
        );
      }
      const next = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
      if (next === undefined)
        throw new KindError('unavailable', `Get "${displayUrl(url)}": invalid redirect`);
      // A signed URL elsewhere carries its own authority; ours stays here.
      if (next.origin !== url.origin) headers = without(headers, 'authorization');
      url = next;
    }
  }

  dispose(): void {
    for (const { http, https } of this.#agents.values()) {
      http.destroy();
      https.destroy();
    }
    this.#agents.clear();
  }

  async #send({
    registry,
    method,
    url,
    headers,
    body,
    signal,
  }: UpstreamRequest): Promise<IncomingMessage> {
    checkUrl(url, registry);
    const { http, https } = this.#agentsOf(registry);
    const isHttps = url.protocol === 'https:';
    const send = isHttps ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const outgoing = send(
        url,
        {
          method,
          headers: {
            ...headers,
            ...(body === undefined ? {} : { 'content-length': String(body.length) }),
            'accept-encoding': 'identity',
            'user-agent': 'bottleship-proxy',
          },
          agent: isHttps ? https : http,
          lookup: this.#checkedLookup(registry),
          timeout: this.#limits.idleMs,
          signal,
        },
        resolve,
      );
      // The socket's silence, before and while the body comes.
      outgoing.on('timeout', () => outgoing.destroy(new Error('i/o timeout')));
      outgoing.on('error', (error) => reject(dialError(url, error)));
      outgoing.end(body);
    });
  }

  #agentsOf(registry: RegistryConfig) {
    let agents = this.#agents.get(registry);
    if (agents === undefined) {
      const options = { keepAlive: true, maxFreeSockets: idleSocketsMax };
      agents = { http: new HttpAgent(options), https: new HttpsAgent(options) };
      this.#agents.set(registry, agents);
    }
    return agents;
  }

  /** What Node connects with: only addresses that passed. */
  #checkedLookup(registry: RegistryConfig): LookupFunction {
    return (hostname, options, reply) => {
      this.#allowedAddresses(hostname, registry).then(
        (addresses) => {
          const [first] = addresses;
          if (options.all === true) reply(null, addresses);
          else reply(null, first.address, first.family);
        },
        (error: unknown) => reply(error instanceof Error ? error : new Error(String(error)), '', 0),
      );
    };
  }

  async #allowedAddresses(
    hostname: string,
    registry: RegistryConfig,
  ): Promise<[ResolvedAddress, ...ResolvedAddress[]]> {
    const addresses = await this.#resolver(hostname);
    const [first, ...rest] = addresses.filter(({ address }) =>
      isAllowed({ address, hostname, registry }),
    );
    if (first === undefined) throw addressError(hostname, addresses.length > 0);
    return [first, ...rest];
  }
}

function isAllowed(candidate: {
  address: string;
  hostname: string;
  registry: RegistryConfig;
}): boolean {
  const { address, hostname, registry } = candidate;
  return isPublicAddress(address) || registry.privateHosts.includes(hostname);
}

/** Everything that can be known before the name is resolved. Node resolves no IP literals, so they are checked here. */
function checkUrl(url: URL, registry: RegistryConfig): void {
  const refuse = (reason: string) =>
    new KindError('forbidden', `Get "${displayUrl(url)}": ${reason}`);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && registry.isInsecure)) {
    throw refuse('refused: not https');
  }
  if (url.username !== '' || url.password !== '') throw refuse('refused: credentials in the URL');
  const address = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(address) === 0) return;
  if (!isAllowed({ address, hostname: url.hostname, registry }))
    throw addressError(url.hostname, true);
}

function addressError(hostname: string, isRefused: boolean): KindError {
  return isRefused
    ? new KindError('forbidden', `refused: "${hostname}" is not on a public address`)
    : new KindError('unavailable', `dial tcp: lookup ${hostname}: no such host`);
}

function dialError(url: URL, error: Error): KindError {
  const kind = error instanceof KindError ? error.kind : 'unavailable';
  const reason = dialReason(error, url.hostname);
  return new KindError(kind, `Get "${displayUrl(url)}": ${reason}`, { cause: error });
}

/** Without the query: signed URLs have their secret there. */
function displayUrl(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

function without(headers: Readonly<Record<string, string>>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));
}
