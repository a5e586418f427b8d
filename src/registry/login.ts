/** `docker login`: asks a registry whether it takes credentials, as https://distribution.github.io/distribution/spec/auth/ tells. */
import { parseChallenges, type Challenge } from '../lib/challenge.ts';
import { dialReason } from '../lib/dial-error.ts';
import { errorKind, errorMessage, KindError } from '../lib/errors.ts';
import { isRecord } from '../lib/json.ts';
import type { Credentials } from './endpoint.ts';
import { clientId, refreshTokenRequest, type TokenRequest } from './refresh-token.ts';
import { readBytes, readRegistryError } from './registry-error.ts';

const answerMsMax = 30_000;
const tokenBytesMax = 64 * 1024;

/** The URL of a registry's API version check, `https://host/v2/`. */
export type LoginEndpoint = (host: string) => string;

export class LoginClient {
  readonly #fetch: typeof fetch;
  readonly #endpoint: LoginEndpoint;

  constructor(options: { readonly fetch: typeof fetch; readonly endpoint: LoginEndpoint }) {
    this.#fetch = options.fetch;
    this.#endpoint = options.endpoint;
  }

  /** Gives the identity token that stands for the password, where the registry has such. Rejects in Docker's words. */
  async login(
    host: string,
    options: { readonly credentials: Credentials; readonly signal?: AbortSignal },
  ): Promise<string> {
    const url = this.#endpoint(host);
    const { credentials, signal } = options;
    const ask = (headers: Record<string, string>) => this.#get(url, { init: { headers }, signal });
    const first = await ask({});
    await first.body?.cancel();
    const challenges = parseChallenges(first.headers.get('www-authenticate') ?? '');
    const bearer = challenges.find(
      ({ scheme, parameters }) => scheme === 'bearer' && parameters['realm'],
    );
    const tokens = bearer === undefined ? undefined : await this.#tokens(url, bearer, options);
    const isBasic = challenges.some(({ scheme }) => scheme === 'basic');
    const authorization =
      tokens !== undefined ? `Bearer ${tokens.access}` : isBasic ? basic(credentials) : undefined;
    const response = authorization === undefined ? first : await ask({ authorization });
    if (response !== first) await response.body?.cancel();
    if (response.status !== 200) {
      const status = `${response.status} ${response.statusText}`.trim();
      throw new KindError('system', `login attempt to ${url} failed with status: ${status}`);
    }
    return tokens?.identity ?? '';
  }

  async #tokens(
    url: string,
    { parameters }: Challenge,
    options: { readonly credentials: Credentials; readonly signal?: AbortSignal },
  ): Promise<{ readonly access: string; readonly identity: string }> {
    const realm = parameters['realm'] ?? '';
    if (!URL.canParse(realm) || (url.startsWith('https:') && !realm.startsWith('https:')))
      throw new KindError('system', `invalid token auth challenge realm: ${JSON.stringify(realm)}`);
    const asked = tokenRequest(realm, {
      service: parameters['service'],
      credentials: options.credentials,
    });
    const response = await this.#get(asked.url.href, { ...options, init: asked.init });
    if (!response.ok) {
      const { status } = response;
      const reason = errorMessage(await readRegistryError(response));
      const kind = status === 401 ? 'unauthorized' : 'system';
      throw new KindError(kind, `Get ${JSON.stringify(url)}: ${reason}`);
    }
    return parseTokens(await readBytes(response, { bytesMax: tokenBytesMax, tooLarge: noToken }));
  }

  async #get(
    url: string,
    options: { readonly init: RequestInit; readonly signal?: AbortSignal | undefined },
  ): Promise<Response> {
    const { init, signal } = options;
    const timeout = AbortSignal.timeout(answerMsMax);
    try {
      return await this.#fetch(url, {
        ...init,
        credentials: 'omit',
        cache: 'no-store',
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      });
    } catch (error) {
      if (errorKind(error) === 'cancelled' && !timeout.aborted) throw error;
      const reason = dialReason(error, new URL(url).hostname);
      const message = `Get ${JSON.stringify(url)}: ${reason}`;
      throw new KindError('system', message, { cause: error });
    }
  }
}

/** For a token that may be renewed, an identity token, where the password is given and no such token yet. */
function tokenRequest(
  realm: string,
  options: { readonly service: string | undefined; readonly credentials: Credentials },
): TokenRequest {
  const { service, credentials } = options;
  const { identityToken = '' } = credentials;
  if (identityToken !== '')
    return refreshTokenRequest(realm, { identityToken, service, scopes: [] });
  const url = new URL(realm);
  url.searchParams.set('account', credentials.username);
  url.searchParams.set('client_id', clientId);
  url.searchParams.set('offline_token', 'true');
  if (service !== undefined) url.searchParams.set('service', service);
  return { url, init: { headers: { authorization: basic(credentials) } } };
}

function parseTokens(bytes: Uint8Array): { access: string; identity: string } {
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new KindError('system', 'unable to decode token response', { cause });
  }
  const fields = isRecord(body) ? body : {};
  const access = fields['token'] || fields['access_token'];
  // Nothing but visible ASCII may go into a header.
  if (typeof access !== 'string' || !/^[!-~]+$/.test(access)) throw noToken();
  const identity = fields['refresh_token'];
  return { access, identity: typeof identity === 'string' ? identity : '' };
}

function noToken(): KindError {
  return new KindError('system', 'authorization server did not include a token in the response');
}

function basic({ username, password }: Credentials): string {
  const bytes = new TextEncoder().encode(`${username}:${password}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}
