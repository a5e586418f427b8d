/** The volume endpoints. */
import type {
  Volume,
  VolumeCreateRequest,
  VolumeListResponse,
  VolumesPruneResponse,
} from '../api/volume.ts';
import { segment } from './api-client.ts';
import type { ApiClient } from './api-client.ts';
import { filtersQuery } from './filters.ts';
import type { Filters } from './filters.ts';

export function volumeCreate(client: ApiClient, config: VolumeCreateRequest): Promise<Volume> {
  return client.json('POST', '/volumes/create', { json: config });
}

export function volumeInspect(
  client: ApiClient,
  options: { readonly volume: string },
): Promise<Volume> {
  return client.json('GET', `/volumes/${segment(options.volume)}`);
}

export function volumeList(
  client: ApiClient,
  options: { readonly filters?: Filters } = {},
): Promise<VolumeListResponse> {
  return client.json('GET', '/volumes', { query: { filters: filtersQuery(options.filters) } });
}

export async function volumeRemove(
  client: ApiClient,
  options: { readonly volume: string; readonly force?: boolean },
): Promise<void> {
  await client.empty('DELETE', `/volumes/${segment(options.volume)}`, {
    query: { force: options.force || undefined },
  });
}

export function volumesPrune(
  client: ApiClient,
  options: { readonly filters?: Filters } = {},
): Promise<VolumesPruneResponse> {
  return client.json('POST', '/volumes/prune', {
    query: { filters: filtersQuery(options.filters) },
  });
}
