/** The build endpoints. `POST /build` as this engine has it: src/build/README.md. */
import type { JsonMessage } from '../api/image.ts';
import type { ApiClient, Query } from './api-client.ts';
import { filtersQuery, type Filters } from './filters.ts';
import { jsonLines } from './json-stream.ts';

export interface ImageBuildOptions {
  readonly query: Query;
  readonly headers?: Readonly<Record<string, string>>;
  /** A tar, compressed or not. */
  readonly body?: Uint8Array | ReadableStream<Uint8Array>;
  readonly signal?: AbortSignal;
}

/** Builds an image; ends with the build. What went wrong is in the last message. */
export async function imageBuild(
  client: ApiClient,
  options: ImageBuildOptions,
): Promise<AsyncGenerator<JsonMessage, void>> {
  const { query, headers, body, signal } = options;
  const stream = await client.stream('POST', '/build', {
    query,
    headers: { 'content-type': 'application/x-tar', ...headers },
    ...(body === undefined ? {} : { body }),
    ...(signal === undefined ? {} : { signal }),
  });
  return jsonLines<JsonMessage>(stream);
}

export interface BuildPruneOptions {
  readonly all?: boolean;
  readonly filters?: Filters;
  /** Bytes. */
  readonly reservedSpace?: number;
  readonly maxUsedSpace?: number;
  readonly minFreeSpace?: number;
  readonly signal?: AbortSignal;
}

export interface BuildPruneResponse {
  readonly CachesDeleted: readonly string[] | null;
  readonly SpaceReclaimed: number;
}

export function buildPrune(
  client: ApiClient,
  options: BuildPruneOptions = {},
): Promise<BuildPruneResponse> {
  const { signal } = options;
  return client.json('POST', '/build/prune', {
    query: {
      all: options.all || undefined,
      'reserved-space': options.reservedSpace || undefined,
      'max-used-space': options.maxUsedSpace || undefined,
      'min-free-space': options.minFreeSpace || undefined,
      filters: filtersQuery(options.filters),
    },
    ...(signal === undefined ? {} : { signal }),
  });
}
