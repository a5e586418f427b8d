/** The network endpoints. */
import type {
  EndpointSettings,
  NetworkCreateRequest,
  NetworkCreateResponse,
  NetworkInspect,
  NetworksPruneResponse,
} from '../api/network.ts';
import { segment } from './api-client.ts';
import type { ApiClient } from './api-client.ts';
import { filtersQuery } from './filters.ts';
import type { Filters } from './filters.ts';

export interface NetworkOptions {
  readonly network: string;
}

export function networkCreate(
  client: ApiClient,
  config: NetworkCreateRequest,
): Promise<NetworkCreateResponse> {
  return client.json('POST', '/networks/create', { json: config });
}

export function networkInspect(
  client: ApiClient,
  options: NetworkOptions & { readonly verbose?: boolean },
): Promise<NetworkInspect> {
  return client.json('GET', networkPath(options), {
    query: { verbose: options.verbose === true ? 'true' : undefined },
  });
}

export function networkList(
  client: ApiClient,
  options: { readonly filters?: Filters } = {},
): Promise<readonly NetworkInspect[]> {
  return client.json('GET', '/networks', { query: { filters: filtersQuery(options.filters) } });
}

export async function networkRemove(client: ApiClient, options: NetworkOptions): Promise<void> {
  await client.empty('DELETE', networkPath(options));
}

export async function networkConnect(
  client: ApiClient,
  options: NetworkOptions & {
    readonly container: string;
    readonly endpoint: Partial<EndpointSettings>;
  },
): Promise<void> {
  await client.empty('POST', `${networkPath(options)}/connect`, {
    json: { Container: options.container, EndpointConfig: options.endpoint },
  });
}

export async function networkDisconnect(
  client: ApiClient,
  options: NetworkOptions & { readonly container: string; readonly force: boolean },
): Promise<void> {
  await client.empty('POST', `${networkPath(options)}/disconnect`, {
    json: { Container: options.container, Force: options.force },
  });
}

export function networksPrune(
  client: ApiClient,
  options: { readonly filters?: Filters } = {},
): Promise<NetworksPruneResponse> {
  return client.json('POST', '/networks/prune', {
    query: { filters: filtersQuery(options.filters) },
  });
}

function networkPath({ network }: NetworkOptions): string {
  return `/networks/${segment(network)}`;
}
