/**
 * Answers a registry's challenges: Basic with the credentials at hand, Bearer with a token of the realm it names
 * (https://distribution.github.io/distribution/spec/auth/token/), asked for with the password or the identity token. Tokens are kept until they expire or are refused.
 */
import { KindError } from '../lib/errors.ts';
import { LruCache } from '../lib/lru-cache.ts';
import { parseChallenges, type Challenge } from '../lib/challenge.ts';
import type { Credentials } from './endpoint.ts';
import { refreshTokenRequest, type TokenRequest } from './refresh-token.ts';
import { readBytes, readRegistryError } from './registry-error.ts';

/** As Docker: a shorter life is not believed. */
const tokenSecondsMin = 60;
/** A token this near to its end is not used any more. */
const tokenSlackSeconds = 10;
const tokenBytesMax = 64 * 1024;
const tokensMax = 256;

export interface AuthorizerOptions {
  readonly fetch: typeof fetch;
  readonly now: () => number;
}

export interface AuthorizeRequest {
  readonly response: Response;
  /** What the request needs, should the challenge not say: `repository:library/busybox:pull`. */
  readonly scope: string;
  readonly credentials?: Credentials | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Token {
  readonly header: string;
  readonly expiresMs: number;
}

export class Authorizer {
  readonly #fetch: typeof fetch;
  readonly #now: () => number;
  readonly #tokens = new LruCache<string, Token>(tokensMax);

  constructor({ fetch, now }: AuthorizerOptions) {
    this.#fetch = fetch;
    this.#now = now;
  }

  /** The Authorization header that answered the last challenge for `key`; undefined when it is time for a new one. */
  known(key: string): string | undefined {
    const token = this.#tokens.get(key);
    if (token === undefined || token.expiresMs <= this.#now()) return undefined;
    return token.header;
  }

  /** Answers the challenge of a 401 and remembers the answer; undefined when it asks for nothing we can answer. */
  async answer(key: string, request: AuthorizeRequest): Promise<string | undefined> {
    this.#tokens.delete(key);
    const challenges = parseChallenges(request.response.headers.get('www-authenticate') ?? '');
    const bearer = challenges.find(
      ({ scheme, parameters }) => scheme === 'bearer' && parameters['realm'] !== undefined,
    );
    const token =
      bearer !== undefined
        ? await this.#fetchToken(bearer, request)
        : challenges.some(({ scheme }) => scheme === 'basic')
          ? basicToken(request)
          : undefined;
    if (token === undefined) return undefined;
    this.#tokens.set(key, token);
    return token.header;
  }

  async #fetchToken({ parameters }: Challenge, request: AuthorizeRequest): Promise<Token> {
    const url = realmUrl(parameters['realm'] ?? '', request);
    const { credentials, signal } = request;
    const scopes = (parameters['scope'] ?? request.scope).split(' ');
    const { identityToken = '' } = credentials ?? {};
    const asked =
      identityToken === ''
        ? passwordRequest(url, { scopes, service: parameters['service'], credentials })
        : refreshTokenRequest(url.href, { identityToken, scopes, service: parameters['service'] });
    const response = await this.#fetch(asked.url, {
      credentials: 'omit',
      cache: 'no-store',
      ...asked.init,
      ...(signal === undefined ? {} : { signal }),
    });
    if (!response.ok) throw await readRegistryError(response);
    return parseToken(
      await readBytes(response, { bytesMax: tokenBytesMax, tooLarge: noToken }),
      this.#now(),
    );
  }
}

/** Without credentials the token is anybody's. */
function passwordRequest(
  realm: URL,
  options: {
    readonly scopes: readonly string[];
    readonly service: string | undefined;
    readonly credentials: Credentials | undefined;
  },
): TokenRequest {
  const { scopes, service, credentials } = options;
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.set('service', service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  if (credentials === undefined) return { url, init: {} };
  url.searchParams.set('account', credentials.username);
  return { url, init: { headers: { authorization: basic(credentials) } } };
}

function basicToken({ credentials, response }: AuthorizeRequest): Token {
  if (credentials === undefined) {
    throw new KindError('system', `Get ${JSON.stringify(response.url)}: no basic auth credentials`);
  }
  return { header: basic(credentials), expiresMs: Infinity };
}

/** A realm on plain HTTP gets no password, unless the registry itself is on plain HTTP. */
function realmUrl(realm: string, { response, credentials }: AuthorizeRequest): URL {
  const url = URL.canParse(realm) ? new URL(realm) : undefined;
  const isHttp = url?.protocol === 'http:';
  if (url === undefined || (!isHttp && url.protocol !== 'https:')) {
    throw new KindError('system', `invalid token auth challenge realm: ${JSON.stringify(realm)}`);
  }
  if (isHttp && credentials !== undefined && response.url.startsWith('https:')) {
    throw new KindError(
      'system',
      `refusing to send credentials over plain HTTP to ${JSON.stringify(realm)}`,
    );
  }
  return url;
}

function parseToken(bytes: Uint8Array, nowMs: number): Token {
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new KindError('system', 'unable to decode token response', { cause });
  }
  const fields: Readonly<Record<string, unknown>> =
    typeof body === 'object' && body !== null ? { ...body } : {};
  const token = fields['token'] || fields['access_token'];
  // Nothing but visible ASCII may go into a header.
  if (typeof token !== 'string' || !/^[!-~]+$/.test(token)) throw noToken();
  const given = typeof fields['expires_in'] === 'number' ? fields['expires_in'] : tokenSecondsMin;
  const seconds = Math.max(given, tokenSecondsMin) - tokenSlackSeconds;
  return { header: `Bearer ${token}`, expiresMs: nowMs + seconds * 1000 };
}

function noToken(): KindError {
  return new KindError('system', 'authorization server did not include a token in the response');
}

function basic({ username, password }: Credentials): string {
  const bytes = new TextEncoder().encode(`${username}:${password}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}
