/** The endpoints beside Docker's that tell what the machine is like. */
import type { ProcessesResponse } from '../api/processes.ts';
import type { ApiClient } from './api-client.ts';

export function machineProcesses(
  client: ApiClient,
  options: { readonly signal?: AbortSignal } = {},
): Promise<ProcessesResponse> {
  return client.json('GET', '/bottleship/processes', options);
}
