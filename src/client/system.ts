/** The endpoints about the engine itself. */
import type { SystemDiskUsage } from '../api/disk-usage.ts';
import type { AuthConfig } from '../api/registry.ts';
import type { EventMessage, SystemInfo, SystemVersion } from '../api/system.ts';
import { segment } from './api-client.ts';
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

/** An event with its time to the nanosecond, which a number cannot hold. */
export type TimedEvent = Omit<EventMessage, 'timeNano'> & { readonly timeNano: bigint };

/** Events as they happen, after those since `since`; ends at `until` or with the signal. */
export async function systemEvents(
  client: ApiClient,
  options: {
    readonly since?: string;
    readonly until?: string;
    readonly filters?: Filters;
    readonly signal?: AbortSignal;
  } = {},
): Promise<AsyncGenerator<TimedEvent, void>> {
  const stream = await client.stream('GET', '/events', {
    query: {
      since: options.since || undefined,
      until: options.until || undefined,
      filters: filtersQuery(options.filters),
    },
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  return jsonLines(stream, parseEvent);
}

function parseEvent(line: string): TimedEvent {
  // The wire types are the contract with the engine; conformance tests hold it.
  const event = JSON.parse(line) as EventMessage;
  // Quotes within a value are escaped, so this is the field itself; it is the last one.
  const digits = [...line.matchAll(/(?<!\\)"timeNano":(\d+)/g)].at(-1)?.[1];
  return { ...event, timeNano: BigInt(digits ?? event.timeNano ?? 0) };
}

export function systemDiskUsage(client: ApiClient): Promise<SystemDiskUsage> {
  return client.json('GET', '/system/df');
}

/** Checks credentials with their registry; resolves with what it says. */
export function registryLogin(
  client: ApiClient,
  auth: AuthConfig,
): Promise<{ readonly Status: string; readonly IdentityToken?: string }> {
  return client.json('POST', '/auth', { json: auth });
}

/** Any object, as `GET /<path>/<name><suffix>` describes it. */
export function objectInspect(
  client: ApiClient,
  options: { readonly path: string; readonly name: string; readonly suffix: string },
): Promise<unknown> {
  return client.json('GET', `/${options.path}/${segment(options.name)}${options.suffix}`);
}
