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
import type { Reference } from '../image/reference.ts';
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
}

export interface FetchedManifest {
  readonly digest: Digest;
  readonly manifest: ImageManifest | ImageIndex;
}

export class RepositoryClient {
  readonly #endpoint: RegistryEndpoint;
  readonly #reference: Reference;
  readonly #authorizer: Authorizer;
  readonly #fetch: typeof fetch;

  constructor({ endpoint, reference, authorizer, fetch }: RepositoryClientOptions) {
    this.#endpoint = endpoint;
    this.#reference = reference;
    this.#authorizer = authorizer;
    this.#fetch = fetch;
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
    return { digest, manifest: parseManifest(bytes, { contentType, reference: this.#reference }) };
  }

  async #readManifest(name: string, signal: AbortSignal) {
    const response = await this.#request(`manifests/${name}`, {
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
    const range = offset > 0 ? `bytes=${offset}-` : undefined;
    return this.#request(`blobs/${digest}`, { accept: '*/*', range, signal });
  }

  async #request(
    path: string,
    {
      accept,
      range,
      signal,
    }: { accept: string; range?: string | undefined; signal?: AbortSignal | undefined },
  ): Promise<Response> {
    const url = `${this.#endpoint.baseUrl}${this.#reference.path}/${path}`;
    const send = async (authorization: string | undefined) => {
      const headers = new Headers({ accept });
      if (range !== undefined) headers.set('range', range);
      if (authorization !== undefined) headers.set('authorization', authorization);
      try {
        return await this.#fetch(url, {
          headers,
          credentials: 'omit',
          // What is worth keeping, the content store keeps.
          cache: 'no-store',
          ...(signal === undefined ? {} : { signal }),
        });
      } catch (error) {
        throw networkError(url, error);
      }
    };
    const key = `${this.#endpoint.baseUrl} ${this.#reference.path}`;
    let response = await send(this.#authorizer.known(key));
    if (response.status === 401) {
      const authorization = await this.#authorizer.answer(key, {
        response,
        scope: `repository:${this.#reference.path}:pull`,
        credentials: this.#endpoint.credentials,
        signal,
      });
      if (authorization !== undefined) {
        await response.body?.cancel();
        response = await send(authorization);
      }
    }
    if (response.status !== 200 && response.status !== 206) throw await readRegistryError(response);
    return response;
  }
}

/** In Go's form. A request that was given up is not a network's error. */
function networkError(url: string, error: unknown): unknown {
  if (errorKind(error) === 'cancelled') return error;
  const reason = dialReason(error, new URL(url).hostname);
  return new KindError('unavailable', `Get ${JSON.stringify(url)}: ${reason}`, { cause: error });
}
