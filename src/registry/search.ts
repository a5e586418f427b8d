/** `docker search`: the search of the registries' first API, which Docker Hub still answers. */
import type { ImageSearchResult } from '../api/image.ts';
import { dialReason } from '../lib/dial-error.ts';
import { errorKind, KindError } from '../lib/errors.ts';
import { isRecord } from '../lib/json.ts';
import type { Credentials } from './endpoint.ts';
import { readBytes } from './registry-error.ts';

/** What Docker asks for when nobody says how many. */
const limitDefault = 25;
const answerBytesMax = 1024 * 1024;
const answerMsMax = 30_000;

/** The URL in front of `?q=…` for a registry: `docker.io` or a host. */
export type SearchEndpoint = (registry: string) => string;

/** The registry itself; loopback registries speak HTTP. */
export const directSearch: SearchEndpoint = (registry) => {
  if (registry === 'docker.io') return 'https://index.docker.io/v1/search';
  const isLoopback = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(registry);
  return `${isLoopback ? 'http' : 'https'}://${registry}/v1/search`;
};

/** The registry proxy at `origin`. */
export function proxySearch(origin: string): SearchEndpoint {
  return (registry) => `${origin}/v1/${registry}/search`;
}

export interface SearchQuery {
  readonly registry: string;
  readonly term: string;
  readonly limit: number;
}

export class SearchClient {
  readonly #fetch: typeof fetch;
  readonly #endpoint: SearchEndpoint;

  constructor(options: { readonly fetch: typeof fetch; readonly endpoint: SearchEndpoint }) {
    this.#fetch = options.fetch;
    this.#endpoint = options.endpoint;
  }

  /** What the registry finds, in its order. Rejects with Docker's words. */
  async search(
    { registry, term, limit }: SearchQuery,
    options: { readonly credentials?: Credentials; readonly signal?: AbortSignal },
  ): Promise<ImageSearchResult[]> {
    const query = new URLSearchParams({ q: term, n: String(limit === 0 ? limitDefault : limit) });
    const url = `${this.#endpoint(registry)}?${query.toString()}`;
    const { credentials, signal } = options;
    const timeout = AbortSignal.timeout(answerMsMax);
    let response: Response;
    try {
      response = await this.#fetch(url, {
        headers: {
          'x-docker-token': 'true',
          ...(credentials === undefined ? {} : { authorization: basic(credentials) }),
        },
        credentials: 'omit',
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      });
    } catch (error) {
      if (errorKind(error) === 'cancelled' && !timeout.aborted) throw error;
      const reason = dialReason(error, new URL(url).hostname);
      const message = `Get ${JSON.stringify(url)}: ${reason}`;
      throw new KindError('system', message, { cause: error });
    }
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new KindError('system', `Unexpected status code ${response.status}`);
    }
    return parseResults(
      await readBytes(response, { bytesMax: answerBytesMax, tooLarge: unreadable }),
    );
  }
}

function parseResults(bytes: Uint8Array): ImageSearchResult[] {
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw unreadable();
  }
  const results: unknown = isRecord(body) ? (body['results'] ?? []) : undefined;
  if (!Array.isArray(results)) throw unreadable();
  return results.filter(isRecord).map((result) => ({
    star_count: typeof result['star_count'] === 'number' ? result['star_count'] : 0,
    is_official: result['is_official'] === true,
    name: typeof result['name'] === 'string' ? result['name'] : '',
    is_automated: result['is_automated'] === true,
    description: typeof result['description'] === 'string' ? result['description'] : '',
  }));
}

function unreadable(): KindError {
  return new KindError('system', 'error decoding registry search results');
}

function basic({ username, password }: Credentials): string {
  const bytes = new TextEncoder().encode(`${username}:${password}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}
