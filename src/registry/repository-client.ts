/** One repository at one endpoint: its manifests and blobs, with whatever authentication it takes. */
import { dialReason } from '../lib/dial-error.ts';
import { errorKind, KindError } from '../lib/errors.ts';
import type { Digest } from '../image/digest.ts';
import { digestOf } from '../image/hash.ts';
import {
  manifestSizeBytesMax,
  parseManifest,
  type ImageIndex,
  type ImageManifest,
} from '../image/manifest.ts';
import { manifestAccept } from '../image/media-type.ts';
import { isTag, referenceName, type Reference } from '../image/reference.ts';
import { isRecord } from '../lib/json.ts';
import type { Authorizer } from './authorizer.ts';
import type { RegistryEndpoint } from './endpoint.ts';
import { readBytes, readRegistryError } from './registry-error.ts';

/** A manifest is small: what takes longer is a broken connection. */
const manifestMsMax = 60_000;

export interface RepositoryClientOptions {
  readonly endpoint: RegistryEndpoint;
  readonly reference: Reference;
  readonly authorizer: Authorizer;
  readonly fetch: typeof fetch;
  /** For pushing a token has to allow more. */
  readonly actions?: 'pull' | 'pull,push';
}

export interface RegistryCall {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'PUT';
  readonly accept?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Statuses that are no error. */
  readonly expect?: readonly number[];
  /** Further scopes that the token has to have. */
  readonly scopes?: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

export interface FetchedManifest {
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly manifest: ImageManifest | ImageIndex;
}

export class RepositoryClient {
  readonly #endpoint: RegistryEndpoint;
  readonly #reference: Reference;
  readonly #authorizer: Authorizer;
  readonly #fetch: typeof fetch;
  readonly #actions: string;

  constructor(options: RepositoryClientOptions) {
    const { endpoint, reference, authorizer, fetch, actions = 'pull' } = options;
    this.#endpoint = endpoint;
    this.#reference = reference;
    this.#authorizer = authorizer;
    this.#fetch = fetch;
    this.#actions = actions;
  }

  /** `docker.io/library/busybox` */
  get repository(): string {
    return referenceName(this.#reference);
  }

  /** In front of the repository's name. */
  get baseUrl(): string {
    return this.#endpoint.baseUrl;
  }

  /**
   * The manifest a tag or digest names, checked against the digest. Rejects with Docker's words, `dataLoss` when the
   * bytes are not those of the digest.
   */
  async manifest(
    tagOrDigest: { readonly tag: string } | { readonly digest: Digest },
    signal?: AbortSignal,
  ): Promise<FetchedManifest> {
    const name = 'tag' in tagOrDigest ? tagOrDigest.tag : tagOrDigest.digest;
    const timeout = AbortSignal.timeout(manifestMsMax);
    const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
    const { bytes, headers } = await this.#readManifest(name, either).catch((error: unknown) => {
      if (signal?.aborted === true || (error instanceof KindError && !timeout.aborted)) throw error;
      const reason = timeout.aborted
        ? 'net/http: request canceled (Client.Timeout exceeded)'
        : 'unexpected EOF';
      throw new KindError('unavailable', reason, { cause: error });
    });
    const digest = await digestOf(bytes);
    const expected =
      'digest' in tagOrDigest ? tagOrDigest.digest : headers.get('docker-content-digest');
    if (expected !== null && expected.startsWith('sha256:') && expected !== digest) {
      throw new KindError('dataLoss', `manifest verification failed for digest ${expected}`);
    }
    const contentType = headers.get('content-type') ?? '';
    const manifest = parseManifest(bytes, { contentType, reference: this.#reference });
    return { digest, sizeBytes: bytes.length, manifest };
  }

  async #readManifest(name: string, signal: AbortSignal) {
    const response = await this.call(`manifests/${name}`, {
      accept: manifestAccept.join(', '),
      signal,
    });
    const tooLarge = () =>
      new KindError(
        'invalidParameter',
        `manifest is too large: at most ${manifestSizeBytesMax} bytes`,
      );
    const bytes = await readBytes(response, { bytesMax: manifestSizeBytesMax, tooLarge });
    return { bytes, headers: response.headers };
  }

  /** The response to a blob's request; from `offset` on, if the server can. */
  async blob(
    digest: Digest,
    { offset = 0, signal }: { offset?: number; signal?: AbortSignal | undefined } = {},
  ): Promise<Response> {
    const headers: Record<string, string> = offset > 0 ? { range: `bytes=${offset}-` } : {};
    return this.call(`blobs/${digest}`, { headers, expect: [200, 206], signal });
  }

  /** Rejects when nobody is there; whatever the answer, somebody is. */
  async ping(signal?: AbortSignal): Promise<void> {
    const response = await this.#send(this.#endpoint.baseUrl, { signal, authorization: undefined });
    await response.body?.cancel();
  }

  /** All tags of the repository, over as many pages as it takes. */
  async tags(signal?: AbortSignal): Promise<string[]> {
    const tags: string[] = [];
    let query: string | undefined = '';
    while (query !== undefined) {
      const response = await this.call(`tags/list${query}`, { signal });
      tags.push(
        ...parseTags(await readBytes(response, { bytesMax: manifestSizeBytesMax, tooLarge })),
      );
      if (tags.length > tagsMax) throw tooLarge();
      query = nextPage(response.headers.get('link'));
    }
    return tags;
  }

  /** One request below the repository, or to a URL that the registry gave, with whatever authentication it takes. */
  async call(pathOrUrl: string, options: RegistryCall = {}): Promise<Response> {
    const url = /^https?:/.test(pathOrUrl)
      ? pathOrUrl
      : `${this.#endpoint.baseUrl}${this.#reference.path}/${pathOrUrl}`;
    const { scopes = [], signal } = options;
    const own = `repository:${this.#reference.path}:${this.#actions}`;
    const scope = [own, ...scopes].join(' ');
    const key = `${this.#endpoint.baseUrl} ${scope}`;
    const send = (authorization: string | undefined) =>
      this.#send(url, { ...options, authorization });
    // Storage elsewhere has its own keys in the URL, and gets none of the registry's.
    const isOwn = new URL(url).origin === new URL(this.#endpoint.baseUrl).origin;
    let response = await send(isOwn ? this.#authorizer.known(key) : undefined);
    if (response.status === 401 && isOwn) {
      const authorization = await this.#authorizer.answer(key, {
        response,
        scope,
        credentials: this.#endpoint.credentials,
        signal,
      });
      if (authorization !== undefined) {
        await response.body?.cancel();
        response = await send(authorization);
      }
    }
    const { expect = [200] } = options;
    if (!expect.includes(response.status)) throw await readRegistryError(response);
    return response;
  }

  async #send(
    url: string,
    options: RegistryCall & { readonly authorization: string | undefined },
  ): Promise<Response> {
    const { method = 'GET', accept = '*/*', body, signal, authorization } = options;
    const headers = new Headers({ accept, ...options.headers });
    if (authorization !== undefined) headers.set('authorization', authorization);
    try {
      return await this.#fetch(url, {
        method,
        headers,
        credentials: 'omit',
        // What is worth keeping, the content store keeps.
        cache: 'no-store',
        ...(body === undefined ? {} : { body: new Blob([body.slice()]) }),
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      throw networkError(`${goMethod(method)} ${JSON.stringify(url)}`, { url, error });
    }
  }
}

/** Far more than any repository has. */
const tagsMax = 100_000;

function tooLarge(): KindError {
  return new KindError('invalidParameter', 'list of tags is too large');
}

function parseTags(bytes: Uint8Array): string[] {
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new KindError('system', 'list of tags is not valid JSON', { cause });
  }
  const tags: unknown = isRecord(body) ? (body['tags'] ?? []) : undefined;
  const list: unknown[] = Array.isArray(tags) ? tags : [];
  return list.filter((tag): tag is string => typeof tag === 'string' && isTag(tag));
}

/** Of the link only the query counts: the path in front of it is ours. */
function nextPage(link: string | null): string | undefined {
  const target = /<([^>]*)>\s*;\s*rel="?next"?/.exec(link ?? '')?.[1];
  if (target === undefined) return undefined;
  const mark = target.indexOf('?');
  return mark < 0 ? undefined : target.slice(mark);
}

/** `Get`, `Put`: the way Go's errors name a method. */
function goMethod(method: string): string {
  return method.slice(0, 1) + method.slice(1).toLowerCase();
}

/** In Go's form. A request that was given up is not a network's error. */
function networkError(
  request: string,
  { url, error }: { readonly url: string; readonly error: unknown },
): unknown {
  if (errorKind(error) === 'cancelled') return error;
  const reason = dialReason(error, new URL(url).hostname);
  return new KindError('unavailable', `${request}: ${reason}`, { cause: error });
}
