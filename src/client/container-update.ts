/** The endpoints that change a container's limits, and that make an image of it. */
import type { Resources, RestartPolicy } from '../api/container.ts';
import { segment } from './api-client.ts';
import type { ApiClient } from './api-client.ts';

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

export interface ContainerCommitOptions {
  readonly container: string;
  readonly repository: string;
  readonly tag: string;
  readonly comment: string;
  readonly author: string;
  readonly changes: readonly string[];
  readonly pause: boolean;
}

export function containerCommit(
  client: ApiClient,
  options: ContainerCommitOptions,
): Promise<{ readonly Id: string }> {
  return client.json('POST', '/commit', {
    query: {
      container: options.container,
      repo: options.repository || undefined,
      tag: options.tag || undefined,
      comment: options.comment || undefined,
      author: options.author || undefined,
      changes: options.changes,
      pause: options.pause ? undefined : false,
    },
  });
}
