/**
 * Search of the registries that have one, behind `/v1/<registry>/search?q=…&n=…`. Answers are small and kept for a
 * minute, so that a page that searches while somebody types is no burden to the registry.
 */
import type { IncomingMessage } from 'node:http';
import { KindError } from '../lib/errors.ts';
import { LruCache } from '../lib/lru-cache.ts';
import type { RegistryConfig } from './config.ts';
import type { Upstream } from './upstream.ts';

const answerBytesMax = 512 * 1024;
const answersMax = 256;
const answerMsMax = 60_000;
const termLengthMax = 256;
const resultsMax = 100;

export interface SearchTarget {
  readonly registryHost: string;
  readonly term: string;
  readonly count: number;
}

/** Undefined for a request of any other form. Docker Hub's name is its own, not its API's. */
export function parseSearch(url: URL): SearchTarget | undefined {
  const host = /^\/v1\/([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?)\/search$/.exec(
    url.pathname,
  )?.[1];
  const term = url.searchParams.get('q') ?? '';
  const count = Number(url.searchParams.get('n') ?? 25);
  const isValid = term.length <= termLengthMax && Number.isInteger(count);
  if (host === undefined || !isValid || count < 1 || count > resultsMax) return undefined;
  return { registryHost: host === 'docker.io' ? 'registry-1.docker.io' : host, term, count };
}

export class SearchRoute {
  readonly #upstream: Upstream;
  readonly #now: () => number;
  readonly #answers = new LruCache<string, { readonly body: string; readonly untilMs: number }>(
    answersMax,
  );

  constructor(upstream: Upstream, now: () => number) {
    this.#upstream = upstream;
    this.#now = now;
  }

  /** The registry's JSON. Rejects `unavailable` when it has none. */
  async search(
    { term, count }: SearchTarget,
    { registry, signal }: { readonly registry: RegistryConfig; readonly signal: AbortSignal },
  ): Promise<string> {
    const query = new URLSearchParams({ q: term, n: String(count) });
    const url = new URL(`${registry.searchUrl ?? ''}?${query}`);
    const known = this.#answers.get(url.href);
    if (known !== undefined && known.untilMs > this.#now()) return known.body;
    const headers = { accept: 'application/json', 'x-docker-token': 'true' };
    const response = await this.#upstream.request({
      registry,
      method: 'GET',
      url,
      headers,
      signal,
    });
    const body = await readText(response);
    if (response.statusCode !== 200)
      throw new KindError('unavailable', `received unexpected HTTP status: ${response.statusCode}`);
    this.#answers.set(url.href, { body, untilMs: this.#now() + answerMsMax });
    return body;
  }
}

async function readText(response: IncomingMessage): Promise<string> {
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
  return Buffer.concat(chunks).toString();
}
