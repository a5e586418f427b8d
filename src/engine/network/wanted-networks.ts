/** Which networks a new container asks for, and what of each. */
import type { HostConfig } from '../../api/container.ts';
import type { EndpointSettings, NetworkingConfig } from '../../api/network.ts';
import type { NetworkTable } from '../../network/network-table.ts';

/** By the networks' names, as far as they are there already; the main one is always among them. */
export function wantedNetworks(
  table: NetworkTable,
  request: {
    readonly hostConfig: HostConfig;
    readonly networking: NetworkingConfig;
    readonly networkDisabled: boolean;
  },
): Record<string, EndpointSettings> {
  const mode = request.hostConfig.NetworkMode || 'bridge';
  if (request.networkDisabled || mode.startsWith('container:')) return {};
  const endpoints = Object.entries(request.networking.EndpointsConfig ?? {}).map(
    ([name, settings]): [string, EndpointSettings] => [networkName(table, name), settings ?? {}],
  );
  return { [networkName(table, mode)]: {}, ...Object.fromEntries(endpoints) };
}

/** The name of a network that may have been given by its ID; one that is not there is left for the start. */
export function networkName(table: NetworkTable, text: string): string {
  try {
    return table.find(text).name;
  } catch {
    return text;
  }
}
