/** The endpoints beside Docker's that tell what the machine is like. */
import type { MachineNetworkResponse } from '../api/machine-network.ts';
import type { ProcessesResponse } from '../api/processes.ts';
import type { ApiClient } from './api-client.ts';

export function machineProcesses(
  client: ApiClient,
  options: { readonly signal?: AbortSignal } = {},
): Promise<ProcessesResponse> {
  return client.json('GET', '/bottleship/processes', options);
}

export function machineNetwork(
  client: ApiClient,
  options: { readonly signal?: AbortSignal } = {},
): Promise<MachineNetworkResponse> {
  return client.json('GET', '/bottleship/network', options);
}
