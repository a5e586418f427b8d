/** The image endpoints. */
import type {
  ImageDeleteItem,
  ImageHistoryItem,
  ImageInspect,
  ImagesPruneResponse,
  ImageSummary,
  JsonMessage,
} from '../api/image.ts';
import { segment } from './api-client.ts';
import type { ApiClient } from './api-client.ts';
import { filtersQuery } from './filters.ts';
import type { Filters } from './filters.ts';
import { jsonLines } from './json-stream.ts';

export interface ImageOptions {
  readonly image: string;
  readonly platform?: string;
  readonly signal?: AbortSignal;
}

/** Pulls: `name` in full (`docker.io/library/busybox`), `tag` a tag, a digest, or empty for all. */
export async function imageCreate(
  client: ApiClient,
  options: {
    readonly name: string;
    readonly tag: string;
    readonly platform?: string;
    readonly signal?: AbortSignal;
  },
): Promise<AsyncGenerator<JsonMessage, void>> {
  const stream = await client.stream('POST', '/images/create', {
    query: {
      fromImage: options.name,
      tag: options.tag || undefined,
      platform: options.platform?.toLowerCase() || undefined,
    },
    ...signalOf(options),
  });
  return jsonLines<JsonMessage>(stream);
}

export interface ImageListOptions {
  readonly all?: boolean;
  readonly filters?: Filters;
  readonly signal?: AbortSignal;
}

export function imageList(
  client: ApiClient,
  options: ImageListOptions = {},
): Promise<readonly ImageSummary[]> {
  return client.json('GET', '/images/json', {
    query: { all: options.all || undefined, filters: filtersQuery(options.filters) },
    ...signalOf(options),
  });
}

export function imageInspect(client: ApiClient, options: ImageOptions): Promise<ImageInspect> {
  return client.json('GET', `/images/${imageSegment(options.image)}/json`, {
    query: { platform: options.platform || undefined },
    ...signalOf(options),
  });
}

export function imageHistory(
  client: ApiClient,
  options: ImageOptions,
): Promise<readonly ImageHistoryItem[]> {
  return client.json('GET', `/images/${imageSegment(options.image)}/history`, {
    query: { platform: options.platform || undefined },
    ...signalOf(options),
  });
}

export function imageRemove(
  client: ApiClient,
  options: ImageOptions & { readonly force?: boolean; readonly noPrune?: boolean },
): Promise<readonly ImageDeleteItem[]> {
  return client.json('DELETE', `/images/${imageSegment(options.image)}`, {
    query: { force: options.force || undefined, noprune: options.noPrune || undefined },
    ...signalOf(options),
  });
}

export async function imageTag(
  client: ApiClient,
  options: { readonly image: string; readonly repository: string; readonly tag: string },
): Promise<void> {
  await client.empty('POST', `/images/${imageSegment(options.image)}/tag`, {
    query: { repo: options.repository, tag: options.tag || undefined },
  });
}

export function imagesPrune(
  client: ApiClient,
  options: { readonly filters?: Filters; readonly signal?: AbortSignal } = {},
): Promise<ImagesPruneResponse> {
  return client.json('POST', '/images/prune', {
    query: { filters: filtersQuery(options.filters) },
    ...signalOf(options),
  });
}

/** Names hold slashes and colons, which the routes of the API take as they are. */
function imageSegment(name: string): string {
  return segment(name).replaceAll('%2F', '/').replaceAll('%3A', ':').replaceAll('%40', '@');
}

function signalOf(options: { readonly signal?: AbortSignal }): { signal?: AbortSignal } {
  return options.signal === undefined ? {} : { signal: options.signal };
}
