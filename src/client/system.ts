/** The endpoints about the engine itself. */
import type { EventMessage, SystemInfo, SystemVersion } from '../api/system.ts';
import type { ApiClient } from './api-client.ts';
import { filtersQuery } from './filters.ts';
import type { Filters } from './filters.ts';
import { jsonLines } from './json-stream.ts';

export function systemVersion(client: ApiClient): Promise<SystemVersion> {
  return client.json('GET', '/version');
}

export function systemInfo(client: ApiClient): Promise<SystemInfo> {
  return client.json('GET', '/info');
}

/** Events as they happen, after those since `since`; ends at `until` or with the signal. */
export async function systemEvents(
  client: ApiClient,
  options: {
    readonly since?: string;
    readonly until?: string;
    readonly filters?: Filters;
    readonly signal?: AbortSignal;
  } = {},
): Promise<AsyncGenerator<EventMessage, void>> {
  const stream = await client.stream('GET', '/events', {
    query: {
      since: options.since || undefined,
      until: options.until || undefined,
      filters: filtersQuery(options.filters),
    },
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  return jsonLines<EventMessage>(stream);
}
