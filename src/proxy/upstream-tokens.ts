/**
 * The token dance with upstream registries, done here so that no client ever sees a token or a credential. Tokens are
 * for pulling one repository, or for pushing to it, and are kept until they expire.
 */
import type { IncomingMessage } from 'node:http';
import { parseChallenges } from '../lib/challenge.ts';
import { KindError } from '../lib/errors.ts';
import { LruCache } from '../lib/lru-cache.ts';
import type { RegistryConfig } from './config.ts';
import type { Upstream } from './upstream.ts';

const tokensMax = 1000;
const tokenBytesMax = 64 * 1024;
const tokenSecondsMin = 60;
/** What a registry may ask us to believe. */
const tokenSecondsMax = 3600;
const slackSeconds = 10;

interface Token {
  readonly header: string;
  readonly expiresMs: number;
}

export interface TokenRequest {
  readonly registry: RegistryConfig;
  readonly repository: string;
  /** Also for writing, and for reading another repository that a blob is taken over from. */
  readonly push?: { readonly from: string | undefined };
  readonly signal: AbortSignal;
}

export class UpstreamTokens {
  readonly #upstream: Upstream;
  readonly #now: () => number;
  readonly #tokens = new LruCache<string, Token>(tokensMax);
  /** Requests for one repository that meet a challenge at the same time share one token request. */
  readonly #pending = new Map<string, Promise<Token>>();

  constructor(upstream: Upstream, now: () => number = Date.now) {
    this.#upstream = upstream;
    this.#now = now;
  }

  known(request: Omit<TokenRequest, 'signal'>): string | undefined {
    const token = this.#tokens.get(keyOf(request));
    return token !== undefined && token.expiresMs > this.#now() ? token.header : undefined;
  }

  /** Answers the challenges of a 401; undefined when there is nothing to answer with. */
  async answer(challenge: string, request: TokenRequest): Promise<string | undefined> {
    const key = keyOf(request);
    this.#tokens.delete(key);
    const challenges = parseChallenges(challenge);
    const bearer = challenges.find(({ scheme }) => scheme === 'bearer')?.parameters;
    if (bearer?.['realm'] === undefined) {
      const hasBasic = challenges.some(({ scheme }) => scheme === 'basic');
      return hasBasic ? basicHeader(request.registry) : undefined;
    }
    let pending = this.#pending.get(key);
    if (pending === undefined) {
      pending = this.#fetch({ realm: bearer['realm'], service: bearer['service'] }, request);
      this.#pending.set(key, pending);
      pending.catch(() => undefined).finally(() => this.#pending.delete(key));
    }
    const token = await pending;
    this.#tokens.set(key, token);
    return token.header;
  }

  async #fetch(
    { realm, service }: { realm: string; service: string | undefined },
    request: TokenRequest,
  ): Promise<Token> {
    const { registry } = request;
    if (!URL.canParse(realm))
      throw new KindError('unavailable', 'invalid token auth challenge realm');
    const url = new URL(realm);
    if (service !== undefined) url.searchParams.set('service', service);
    // Never the scope of the challenge: a token for what was asked of us is all that is wanted.
    for (const scope of scopesOf(request)) url.searchParams.append('scope', scope);
    const basic = basicHeader(registry);
    const response = await this.#upstream.request({
      registry,
      method: 'GET',
      url,
      headers: basic === undefined ? {} : { authorization: basic },
      // Shared by several clients: not to be ended by one that leaves.
      signal: AbortSignal.timeout(tokenTimeoutMs),
    });
    const body = await readBody(response);
    if (response.statusCode !== 200) {
      throw new KindError(
        response.statusCode === 401 ? 'unauthorized' : 'unavailable',
        'token request refused',
      );
    }
    return parseToken(body, this.#now());
  }
}

const tokenTimeoutMs = 20_000;

function keyOf(request: Omit<TokenRequest, 'signal'>): string {
  return [request.registry.host, ...scopesOf(request)].join(' ');
}

function scopesOf({ repository, push }: Omit<TokenRequest, 'signal'>): string[] {
  const own = `repository:${repository}:${push === undefined ? 'pull' : 'pull,push'}`;
  return push?.from === undefined ? [own] : [own, `repository:${push.from}:pull`];
}

function basicHeader({ credentials }: RegistryConfig): string | undefined {
  if (credentials === undefined) return undefined;
  const text = `${credentials.username}:${credentials.password}`;
  return `Basic ${Buffer.from(text).toString('base64')}`;
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > tokenBytesMax) throw new KindError('unavailable', 'token response is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parseToken(body: string, nowMs: number): Token {
  let fields: Readonly<Record<string, unknown>> = {};
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null) fields = { ...value };
  } catch (cause) {
    throw new KindError('unavailable', 'unable to decode token response', { cause });
  }
  const token = fields['token'] || fields['access_token'];
  if (typeof token !== 'string' || !/^[!-~]+$/.test(token)) {
    throw new KindError(
      'unavailable',
      'authorization server did not include a token in the response',
    );
  }
  const given = typeof fields['expires_in'] === 'number' ? fields['expires_in'] : 0;
  const seconds = Math.min(tokenSecondsMax, Math.max(tokenSecondsMin, given)) - slackSeconds;
  return { header: `Bearer ${token}`, expiresMs: nowMs + seconds * 1000 };
}
