/** The endpoints of a container's resources: usage and limits. */
import type { Resources, RestartPolicy } from '../api/container.ts';
import type { ContainerStats } from '../api/container-stats.ts';
import { segment } from './api-client.ts';
import type { ApiClient } from './api-client.ts';
import { jsonLines } from './json-stream.ts';

/** One sample, or one a second until the container or the signal ends. */
export async function containerStats(
  client: ApiClient,
  options: {
    readonly container: string;
    readonly stream: boolean;
    readonly signal?: AbortSignal;
  },
): Promise<AsyncGenerator<ContainerStats, void>> {
  const stream = await client.stream('GET', `/containers/${segment(options.container)}/stats`, {
    query: { stream: options.stream },
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  return jsonLines<ContainerStats>(stream);
}

/** Resolves with the engine's warnings. */
export async function containerUpdate(
  client: ApiClient,
  options: {
    readonly container: string;
    readonly resources: Resources & { readonly RestartPolicy: RestartPolicy };
  },
): Promise<readonly string[]> {
  const { Warnings } = await client.json<{ readonly Warnings: readonly string[] | null }>(
    'POST',
    `/containers/${segment(options.container)}/update`,
    { json: options.resources },
  );
  return Warnings ?? [];
}
