/**
 * The registry proxy: the reading half of the distribution API, with CORS, for registries on an allow-list, and the
 * writing half for those that are configured for it. No public registry lets a page on another origin read from it;
 * this does.
 */
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { Hono, type Context } from 'hono';
import { errorKind, errorMessage, KindError, type ErrorKind } from '../lib/errors.ts';
import type { ProxyConfig, RegistryConfig } from './config.ts';
import { limitBody } from './limit-body.ts';
import { RequestLimits } from './request-limits.ts';
import { parsePush } from './push-path.ts';
import { PushRoute, readPushBody } from './push-route.ts';
import { parseTarget, tagsQuery, type ProxyTarget } from './request-path.ts';
import { apiHeaders, corsHeaders, isForeign, responseHeaders } from './response-headers.ts';
import { parseSearch, SearchRoute } from './search-route.ts';
import { systemResolver, Upstream, type Resolver } from './upstream.ts';
import { UpstreamTokens } from './upstream-tokens.ts';

/** One line of the log: what was asked for, never with which secrets. */
export interface ProxyLogEntry {
  readonly client: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly bytes: number;
  readonly durationMs: number;
  readonly error?: string;
}

export interface ProxyOptions {
  readonly resolver?: Resolver;
  readonly log?: (entry: ProxyLogEntry) => void;
  /** The address of the client; by default all requests count as one client's. */
  readonly clientOf?: (context: Context) => string;
  readonly now?: () => number;
}

/** Makes the app; it answers `/v2/…` and searches under `/v1/…`, and nothing else. */
export function createProxy(config: ProxyConfig, options: ProxyOptions = {}): Hono {
  const upstream = new Upstream({
    limits: config.limits,
    resolver: options.resolver ?? systemResolver,
  });
  const proxy = new Proxy({ config, options, upstream });
  const app = new Hono();
  app.all('/v1/*', (context) => proxy.handle(context));
  app.all('/v2/*', (context) => proxy.handle(context));
  app.notFound((context) =>
    refusal(context, { status: 404, code: 'UNSUPPORTED', message: 'not found' }),
  );
  return app;
}

interface ProxyParts {
  readonly config: ProxyConfig;
  readonly options: ProxyOptions;
  readonly upstream: Upstream;
}

interface Refusal {
  readonly status: 400 | 401 | 403 | 404 | 405 | 421 | 429 | 500 | 502 | 507;
  /** A code of the distribution API, or UNAVAILABLE for what the upstream did not do. */
  readonly code: string;
  readonly message: string;
}

class Proxy {
  readonly #config: ProxyConfig;
  readonly #options: ProxyOptions;
  readonly #upstream: Upstream;
  readonly #tokens: UpstreamTokens;
  readonly #limits: RequestLimits;
  readonly #searches: SearchRoute;
  readonly #pushes: PushRoute;
  readonly #now: () => number;

  constructor({ config, options, upstream }: ProxyParts) {
    this.#config = config;
    this.#options = options;
    this.#upstream = upstream;
    this.#now = options.now ?? Date.now;
    this.#tokens = new UpstreamTokens(upstream, this.#now);
    this.#limits = new RequestLimits(config.limits);
    this.#searches = new SearchRoute(upstream, this.#now);
    this.#pushes = new PushRoute(upstream, this.#tokens);
  }

  async handle(context: Context): Promise<Response> {
    const origin = context.req.header('origin');
    const cors = corsHeaders(origin, this.#config.origins);
    const response = await this.#route(context);
    for (const [name, value] of Object.entries(cors)) response.headers.set(name, value);
    return response;
  }

  async #route(context: Context): Promise<Response> {
    const { req } = context;
    const url = new URL(req.url);
    const { hosts, origins } = this.#config;
    if (hosts.length > 0 && !hosts.includes(url.hostname)) {
      return refusal(context, { status: 421, code: 'DENIED', message: 'host is not served here' });
    }
    if (isForeign(req.raw.headers, { ownHost: url.host, origins })) {
      return refusal(context, { status: 403, code: 'DENIED', message: 'origin is not allowed' });
    }
    if (req.method === 'OPTIONS') return new Response(null, { status: 204 });
    if (url.pathname.startsWith('/v1/')) return this.#search(context, url);
    if (req.method !== 'GET' && req.method !== 'HEAD') return this.#push(context, url);
    if (url.pathname === '/v2/') return context.json({}, 200, apiHeaders);
    const target = parseTarget(url.pathname);
    if (target === undefined) {
      return refusal(context, {
        status: 400,
        code: 'NAME_INVALID',
        message: 'invalid repository name or reference',
      });
    }
    const registry = this.#registry(target.registryHost);
    if (registry === undefined) return notListed(context, target.registryHost);
    return this.#forward(context, { target, registry, query: tagsQuery(url.searchParams) });
  }

  #registry(host: string): RegistryConfig | undefined {
    return this.#config.registries.find((registry) => registry.host === host);
  }

  async #search(context: Context, url: URL): Promise<Response> {
    const target = context.req.method === 'GET' ? parseSearch(url) : undefined;
    if (target === undefined)
      return refusal(context, { status: 400, code: 'UNSUPPORTED', message: 'invalid search' });
    const registry = this.#registry(target.registryHost);
    if (registry?.searchUrl === undefined) return notListed(context, target.registryHost);
    return this.#limited(context, async ({ within, end }) => {
      const body = await within((signal) => this.#searches.search(target, { registry, signal }));
      end({ status: 200, bytes: body.length });
      return new Response(body, {
        headers: { ...apiHeaders, 'content-type': 'application/json' },
      });
    });
  }

  async #push(context: Context, url: URL): Promise<Response> {
    const { raw } = context.req;
    const target = parsePush(raw.method, url);
    const registry = target === undefined ? undefined : this.#registry(target.registryHost);
    if (registry?.isWritable !== true || target === undefined) {
      const message = 'only GET and HEAD are served';
      return refusal(context, { status: 405, code: 'UNSUPPORTED', message });
    }
    return this.#limited(context, async ({ within, end }) => {
      const body = await readPushBody(raw, { target, limits: this.#config.limits });
      const response = await within((signal) =>
        this.#pushes.push({ registry, target, headers: raw.headers, body, signal }),
      );
      end({ status: response.status, bytes: body.length });
      return response;
    });
  }

  #forward(
    context: Context,
    request: { target: ProxyTarget; registry: RegistryConfig; query: string },
  ): Promise<Response> {
    const { target, registry } = request;
    return this.#limited(context, async ({ within, end }) => {
      const incoming = await within((signal) => this.#ask(context, { ...request, signal }));
      return this.#respond(incoming, { context, target, registry, end });
    });
  }

  /** Runs one request within the limits, and logs it when its last byte is out. */
  async #limited(
    context: Context,
    run: (task: {
      /** Until the upstream has begun to answer. */
      readonly within: <T>(ask: (signal: AbortSignal) => Promise<T>) => Promise<T>;
      readonly end: (outcome: Outcome) => void;
    }) => Promise<Response>,
  ): Promise<Response> {
    const client = this.#options.clientOf?.(context) ?? '';
    const place = this.#limits.enter(client);
    if (place === undefined) {
      context.header('retry-after', '1');
      return refusal(context, {
        status: 429,
        code: 'TOOMANYREQUESTS',
        message: 'too many requests at once',
      });
    }
    const startMs = this.#now();
    const { firstByteMs, totalMs } = this.#config.limits;
    const deadline = new Deadline(context.req.raw.signal, totalMs);
    const end = (outcome: Outcome) => {
      deadline.dispose();
      place.leave();
      this.#options.log?.({
        client,
        method: context.req.method,
        path: context.req.path,
        durationMs: this.#now() - startMs,
        ...outcome,
      });
    };
    try {
      return await run({ within: (ask) => deadline.within(firstByteMs, ask), end });
    } catch (error) {
      const answer = refusalOf(error);
      end({ status: answer.status, bytes: 0, error: errorMessage(error) });
      return refusal(context, answer);
    }
  }

  /** Asks the upstream, with the token it wants. */
  async #ask(
    context: Context,
    request: { target: ProxyTarget; registry: RegistryConfig; query: string; signal: AbortSignal },
  ): Promise<IncomingMessage> {
    const { target, registry, query, signal } = request;
    const { repository, kind, reference } = target;
    const url = new URL(`${registry.url}/v2/${repository}/${kind}/${reference}${query}`);
    const method = context.req.method === 'HEAD' ? ('HEAD' as const) : ('GET' as const);
    const send = (authorization: string | undefined) =>
      this.#upstream.request({
        registry,
        method,
        url,
        signal,
        headers: {
          ...forwardedHeaders(context, target),
          ...(authorization === undefined ? {} : { authorization }),
        },
      });
    const response = await send(this.#tokens.known({ registry, repository }));
    const challenge = response.headers['www-authenticate'];
    if (response.statusCode !== 401 || challenge === undefined) return response;
    const authorization = await this.#tokens.answer(challenge, { registry, repository, signal });
    if (authorization === undefined) return response;
    response.destroy();
    return send(authorization);
  }

  #respond(
    incoming: IncomingMessage,
    {
      context,
      target,
      registry,
      end,
    }: {
      context: Context;
      target: ProxyTarget;
      registry: RegistryConfig;
      end: (outcome: Outcome) => void;
    },
  ): Response {
    const { manifestBytesMax, blobBytesMax } = this.#config.limits;
    const bytesMax =
      target.kind === 'blobs' && incoming.statusCode !== 401 ? blobBytesMax : manifestBytesMax;
    const status = incoming.statusCode ?? 502;
    const length = Number(incoming.headers['content-length'] ?? 0);
    if (length > bytesMax) {
      incoming.destroy();
      throw new KindError(
        'resourceExhausted',
        `answer is too large: ${length} bytes, at most ${bytesMax}`,
      );
    }
    if (status === 401) {
      incoming.destroy();
      throw new KindError(isDenied(incoming) ? 'forbidden' : 'unauthorized', denialOf(incoming));
    }
    if (status < 200 || (status >= 300 && status !== 304 && status < 400)) {
      incoming.destroy();
      throw new KindError('unavailable', `received unexpected HTTP status: ${status}`);
    }
    const headers = responseHeaders(incoming, {
      target,
      isPrivate: registry.credentials !== undefined,
    });
    const isBodiless = context.req.method === 'HEAD' || status === 304;
    const finish = (bytes: number, error?: string) => {
      end({ status, bytes, ...(error === undefined ? {} : { error }) });
    };
    if (isBodiless) {
      incoming.resume();
      finish(0);
      return new Response(null, { status, headers });
    }
    const body = Readable.toWeb(incoming) as ReadableStream<Uint8Array>;
    return new Response(limitBody(body, { bytesMax, onEnd: finish }), { status, headers });
  }
}

interface Outcome {
  readonly status: number;
  readonly bytes: number;
  readonly error?: string;
}

function notListed(context: Context, host: string): Response {
  const message = `registry "${host}" is not on the allow-list of this proxy`;
  return refusal(context, { status: 403, code: 'DENIED', message });
}

/** Aborts what takes too long, or what the client no longer waits for. */
class Deadline {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #client: AbortSignal;
  readonly #onLeave = () => this.#controller.abort(new Error('client went away'));

  constructor(client: AbortSignal, totalMs: number) {
    this.#client = client;
    this.#timer = setTimeout(() => this.#controller.abort(timeout()), totalMs);
    if (client.aborted) this.#onLeave();
    else client.addEventListener('abort', this.#onLeave, { once: true });
  }

  /** Runs the part that has to be over sooner than the whole. */
  async within<T>(ms: number, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const timer = setTimeout(() => this.#controller.abort(timeout()), ms);
    try {
      return await run(this.#controller.signal);
    } catch (error) {
      const { signal } = this.#controller;
      throw signal.aborted ? signal.reason : error;
    } finally {
      clearTimeout(timer);
    }
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#client.removeEventListener('abort', this.#onLeave);
  }
}

function timeout(): KindError {
  return new KindError('unavailable', 'net/http: timeout awaiting response from the registry');
}

/** What of the client's request goes upstream: nothing that is not needed, and nothing malformed. */
function forwardedHeaders(context: Context, { kind }: ProxyTarget): Record<string, string> {
  const headers: Record<string, string> = {};
  const accept = context.req.header('accept');
  const range = context.req.header('range');
  const match = context.req.header('if-none-match');
  if (kind === 'manifests' && accept !== undefined && /^[\w.+/;,=* -]{1,2000}$/.test(accept)) {
    headers['accept'] = accept;
  }
  if (kind === 'blobs' && range !== undefined && /^bytes=[0-9]{1,15}-[0-9]{0,15}$/.test(range)) {
    headers['range'] = range;
  }
  if (match !== undefined && /^[\w":,/ -]{1,500}$/.test(match)) headers['if-none-match'] = match;
  return headers;
}

function isDenied({ headers }: IncomingMessage): boolean {
  return headers['www-authenticate']?.includes('insufficient_scope') === true;
}

function denialOf(incoming: IncomingMessage): string {
  return isDenied(incoming)
    ? 'requested access to the resource is denied'
    : 'authentication required';
}

const refusals: Partial<Record<ErrorKind, Omit<Refusal, 'message'>>> = {
  unauthorized: { status: 401, code: 'UNAUTHORIZED' },
  forbidden: { status: 403, code: 'DENIED' },
  resourceExhausted: { status: 502, code: 'SIZE_INVALID' },
  invalidParameter: { status: 400, code: 'UNSUPPORTED' },
  unavailable: { status: 502, code: 'UNAVAILABLE' },
};

function refusalOf(error: unknown): Refusal {
  const known = refusals[errorKind(error)];
  if (known !== undefined) return { ...known, message: errorMessage(error) };
  return { status: 502, code: 'UNAVAILABLE', message: 'registry could not be asked' };
}

function refusal(context: Context, { status, code, message }: Refusal): Response {
  return context.json({ errors: [{ code, message }] }, status, apiHeaders);
}
