/** The image endpoints. */
import type { ImageLayers } from '../api/image-layers.ts';
import type {
  ImageDeleteItem,
  ImageHistoryItem,
  ImageInspect,
  ImageSearchResult,
  ImagesPruneResponse,
  ImageSummary,
  JsonMessage,
} from '../api/image.ts';
import { bodyStream, segment } from './api-client.ts';
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
    readonly headers?: Readonly<Record<string, string>>;
    readonly signal?: AbortSignal;
  },
): Promise<AsyncGenerator<JsonMessage, void>> {
  const stream = await client.stream('POST', '/images/create', {
    ...headersOf(options),
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
  /** Asks for what an image has for each platform, where the engine keeps several. */
  readonly manifests?: boolean;
  readonly filters?: Filters;
  readonly signal?: AbortSignal;
}

export function imageList(
  client: ApiClient,
  options: ImageListOptions = {},
): Promise<readonly ImageSummary[]> {
  return client.json('GET', '/images/json', {
    query: {
      all: options.all || undefined,
      manifests: options.manifests || undefined,
      filters: filtersQuery(options.filters),
    },
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
  options: {
    readonly image: string;
    readonly platform?: Platform;
    readonly signal?: AbortSignal;
  },
): Promise<readonly ImageHistoryItem[]> {
  const { platform } = options;
  return client.json('GET', `/images/${imageSegment(options.image)}/history`, {
    query: { platform: platform === undefined ? undefined : JSON.stringify(platform) },
    ...signalOf(options),
  });
}

/** What each step of an image left: layer, size, files added, changed and removed, wasted bytes. */
export function imageLayers(client: ApiClient, options: ImageOptions): Promise<ImageLayers> {
  return client.json(
    'GET',
    `/bottleship/images/${imageSegment(options.image)}/layers`,
    signalOf(options),
  );
}

export function imageRemove(
  client: ApiClient,
  options: {
    readonly image: string;
    readonly force?: boolean;
    readonly noPrune?: boolean;
    readonly platforms?: readonly Platform[];
    readonly signal?: AbortSignal;
  },
): Promise<readonly ImageDeleteItem[]> {
  return client.json('DELETE', `/images/${imageSegment(options.image)}`, {
    query: {
      force: options.force || undefined,
      noprune: options.noPrune || undefined,
      platforms: options.platforms?.map((platform) => JSON.stringify(platform)),
    },
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

/** A tar of the images; names may be tags, digests or IDs. */
export function imageSave(
  client: ApiClient,
  options: {
    readonly images: readonly string[];
    readonly platform?: Platform;
    readonly signal?: AbortSignal;
  },
): Promise<ReadableStream<Uint8Array>> {
  const [names, platform] = [options.images, options.platform];
  return client.stream('GET', '/images/get', {
    query: { names, platform: platform === undefined ? undefined : JSON.stringify(platform) },
    ...signalOf(options),
  });
}

/** `json` tells whether the answer is a stream of messages rather than plain text. */
export async function imageLoad(
  client: ApiClient,
  options: {
    readonly archive: ReadableStream<Uint8Array>;
    readonly quiet: boolean;
    readonly platform?: Platform;
    readonly signal?: AbortSignal;
  },
): Promise<{ readonly body: ReadableStream<Uint8Array>; readonly json: boolean }> {
  const { platform } = options;
  const response = await client.call('POST', '/images/load', {
    query: {
      quiet: options.quiet,
      platform: platform === undefined ? undefined : JSON.stringify(platform),
    },
    headers: { 'content-type': 'application/x-tar' },
    body: options.archive,
    ...signalOf(options),
  });
  const json = response.headers['content-type'] === 'application/json';
  return { body: bodyStream(response), json };
}

/** `source` is `-` with an archive, or a URL that the engine fetches. */
export async function imageImport(
  client: ApiClient,
  options: {
    readonly source: string;
    readonly archive?: ReadableStream<Uint8Array>;
    readonly reference: string;
    readonly message: string;
    readonly changes: readonly string[];
    readonly platform: string;
    readonly signal?: AbortSignal;
  },
): Promise<AsyncGenerator<JsonMessage, void>> {
  const stream = await client.stream('POST', '/images/create', {
    query: {
      fromSrc: options.source,
      repo: options.reference || undefined,
      message: options.message || undefined,
      changes: options.changes,
      platform: options.platform.toLowerCase() || undefined,
    },
    ...(options.archive === undefined ? {} : { body: options.archive }),
    ...signalOf(options),
  });
  return jsonLines<JsonMessage>(stream);
}

/** `name` without tag; an empty tag pushes all of them. */
export async function imagePush(
  client: ApiClient,
  options: {
    readonly name: string;
    readonly tag: string;
    readonly platform?: Platform;
    readonly headers?: Readonly<Record<string, string>>;
    readonly signal?: AbortSignal;
  },
): Promise<AsyncGenerator<JsonMessage, void>> {
  const { platform } = options;
  const stream = await client.stream('POST', `/images/${imageSegment(options.name)}/push`, {
    query: {
      tag: options.tag || undefined,
      platform: platform === undefined ? undefined : JSON.stringify(platform),
    },
    ...headersOf(options),
    ...signalOf(options),
  });
  return jsonLines<JsonMessage>(stream);
}

export function imageSearch(
  client: ApiClient,
  options: {
    readonly term: string;
    /** 0 is the registry's own default. */
    readonly limit: number;
    readonly filters?: Filters;
    readonly headers?: Readonly<Record<string, string>>;
  },
): Promise<readonly ImageSearchResult[]> {
  return client.json('GET', '/images/search', {
    query: {
      term: options.term,
      limit: options.limit > 0 ? options.limit : undefined,
      filters: filtersQuery(options.filters),
    },
    ...headersOf(options),
  });
}

/** The platform as the API takes it, JSON in the query. */
interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

/** Names hold slashes and colons, which the routes of the API take as they are. */
function imageSegment(name: string): string {
  return segment(name).replaceAll('%2F', '/').replaceAll('%3A', ':').replaceAll('%40', '@');
}

function signalOf(options: { readonly signal?: AbortSignal }): { signal?: AbortSignal } {
  return options.signal === undefined ? {} : { signal: options.signal };
}

function headersOf(options: { readonly headers?: Readonly<Record<string, string>> }): {
  headers?: Readonly<Record<string, string>>;
} {
  return options.headers === undefined ? {} : { headers: options.headers };
}
