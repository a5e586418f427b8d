/**
 * The writing half of the distribution API, for registries that are configured for it: pieces of blobs and manifests,
 * each bounded and held in memory, with the proxy's own credentials.
 */
import type { IncomingMessage } from 'node:http';
import { KindError } from '../lib/errors.ts';
import type { ProxyLimits, RegistryConfig } from './config.ts';
import { proxiedLocation, type PushTarget } from './push-path.ts';
import { apiHeaders } from './response-headers.ts';
import type { Upstream } from './upstream.ts';
import type { UpstreamTokens } from './upstream-tokens.ts';

const answerBytesMax = 64 * 1024;
const passed = ['docker-content-digest', 'docker-upload-uuid', 'range', 'retry-after'];
const manifestTypePattern =
  /^application\/vnd\.(docker\.distribution\.manifest|oci\.image)\.[a-z0-9.+-]+$/;

export interface PushRequest {
  readonly registry: RegistryConfig;
  readonly target: PushTarget;
  readonly headers: Headers;
  readonly body: Uint8Array;
  readonly signal: AbortSignal;
}

/** What of the client's body is taken. Rejects `resourceExhausted` for more. */
export async function readPushBody(
  request: Request,
  { target, limits }: { readonly target: PushTarget; readonly limits: ProxyLimits },
): Promise<Uint8Array> {
  const bytesMax = target.kind === 'manifest' ? limits.manifestBytesMax : limits.pushBytesMax;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > bytesMax)
      throw new KindError('resourceExhausted', `request is too large: at most ${bytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export class PushRoute {
  readonly #upstream: Upstream;
  readonly #tokens: UpstreamTokens;

  constructor(upstream: Upstream, tokens: UpstreamTokens) {
    this.#upstream = upstream;
    this.#tokens = tokens;
  }

  async push(request: PushRequest): Promise<Response> {
    const { registry, target, signal } = request;
    const { repository } = target;
    const tokenRequest = { registry, repository, push: { from: target.from }, signal };
    let response = await this.#send(request, this.#tokens.known(tokenRequest));
    const challenge = response.headers['www-authenticate'];
    if (response.statusCode === 401 && challenge !== undefined) {
      response.destroy();
      const authorization = await this.#tokens.answer(challenge, tokenRequest);
      if (authorization === undefined)
        throw new KindError('unauthorized', 'authentication required');
      response = await this.#send(request, authorization);
    }
    return answer(response, request);
  }

  #send(request: PushRequest, authorization: string | undefined): Promise<IncomingMessage> {
    const { registry, target, body, signal } = request;
    return this.#upstream.request({
      registry,
      method: target.method,
      url: new URL(`${registry.url}/v2/${target.repository}/${target.path}`),
      headers: {
        ...bodyHeaders(request),
        ...(authorization === undefined ? {} : { authorization }),
      },
      body,
      signal,
    });
  }
}

function bodyHeaders({ target, headers }: PushRequest): Record<string, string> {
  const type = headers.get('content-type') ?? '';
  const range = headers.get('content-range') ?? '';
  if (target.kind === 'manifest') {
    if (!manifestTypePattern.test(type))
      throw new KindError('invalidParameter', 'manifest has no known media type');
    return { 'content-type': type };
  }
  return {
    'content-type': 'application/octet-stream',
    ...(/^[0-9]{1,15}-[0-9]{1,15}$/.test(range) ? { 'content-range': range } : {}),
  };
}

async function answer(
  response: IncomingMessage,
  { registry, target }: PushRequest,
): Promise<Response> {
  const status = response.statusCode ?? 502;
  const headers = new Headers({ ...apiHeaders, 'content-type': 'application/json' });
  for (const name of passed) {
    const value = response.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  const body = await readBody(response);
  if (status >= 300 && status < 400)
    throw new KindError('unavailable', `received unexpected HTTP status: ${status}`);
  const { location } = response.headers;
  if (location !== undefined && target.kind === 'upload' && status < 300) {
    const own = proxiedLocation(location, { registryUrl: registry.url, target });
    if (own === undefined)
      throw new KindError('unavailable', 'registry takes uploads at another place only');
    headers.set('location', own);
  }
  return new Response(status === 204 || body.length === 0 ? null : new Uint8Array(body), {
    status,
    headers,
  });
}

async function readBody(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > answerBytesMax)
      throw new KindError(
        'resourceExhausted',
        `answer is too large: at most ${answerBytesMax} bytes`,
      );
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
