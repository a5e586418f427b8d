/** The endpoints of managed plugins, of which this engine has none. */
import { segment } from './api-client.ts';
import type { ApiClient } from './api-client.ts';
import { filtersQuery } from './filters.ts';
import type { Filters } from './filters.ts';

/** What is known of a plugin is not looked at: there is none. */
export function pluginList(
  client: ApiClient,
  options: { readonly filters?: Filters } = {},
): Promise<readonly unknown[]> {
  return client.json('GET', '/plugins', { query: { filters: filtersQuery(options.filters) } });
}

export function pluginInspect(
  client: ApiClient,
  options: { readonly plugin: string },
): Promise<unknown> {
  return client.json('GET', `/plugins/${segment(options.plugin)}/json`);
}

export async function pluginRemove(
  client: ApiClient,
  options: { readonly plugin: string; readonly force: boolean },
): Promise<void> {
  const query = { force: options.force || undefined };
  await client.empty('DELETE', `/plugins/${segment(options.plugin)}`, { query });
}

export async function pluginEnable(
  client: ApiClient,
  options: { readonly plugin: string; readonly timeoutSeconds: number },
): Promise<void> {
  const query = { timeout: options.timeoutSeconds };
  await client.empty('POST', `/plugins/${segment(options.plugin)}/enable`, { query });
}

export async function pluginDisable(
  client: ApiClient,
  options: { readonly plugin: string; readonly force: boolean },
): Promise<void> {
  const query = { force: options.force || undefined };
  await client.empty('POST', `/plugins/${segment(options.plugin)}/disable`, { query });
}

export async function pluginSet(
  client: ApiClient,
  options: { readonly plugin: string; readonly settings: readonly string[] },
): Promise<void> {
  await client.empty('POST', `/plugins/${segment(options.plugin)}/set`, { json: options.settings });
}
