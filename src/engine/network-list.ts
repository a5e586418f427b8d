/** `GET /networks` and `GET /networks/{name}`. */
import type { NetworkContainer, NetworkInspect } from '../api/network.ts';
import type { EndpointAddress, Network } from '../network/model.ts';
import type { Daemon } from './daemon.ts';
import { checkFilters, filterFlag, matchesAny, matchesLabels } from './filters.ts';
import { isUserDefined } from './network/predefined.ts';
import { KindError } from '../lib/errors.ts';
import type { Filters } from './server/backend/filters.ts';
import { rfc3339Nano } from './timestamps.ts';

const knownFilters = ['dangling', 'driver', 'id', 'label', 'name', 'scope', 'type'] as const;

/**
 * Who is on a network is only told by its inspection. Nor does dockerd know it here: every network that is not
 * predefined passes for a dangling one.
 */
export async function networkList(daemon: Daemon, filters: Filters): Promise<NetworkInspect[]> {
  checkFilters(filters, knownFilters);
  for (const value of filters.get('type') ?? [])
    if (!['custom', 'builtin'].includes(value))
      throw new KindError('invalidParameter', `invalid filter: 'type'='${value}'`);
  const asked = (filters.get('dangling') ?? []).length > 0;
  const dangling = filterFlag(filters, 'dangling', false);
  return daemon.networks
    .list()
    .filter(
      (network) =>
        matchesAny(filters, 'name', (value) => network.name.includes(value)) &&
        matchesAny(filters, 'id', (value) => network.id.includes(value)) &&
        matchesAny(filters, 'driver', (value) => network.driver === value) &&
        matchesAny(filters, 'scope', (value) => value === 'local') &&
        matchesAny(filters, 'type', (value) => (value === 'custom') === isUserDefined(network)) &&
        (!asked || dangling === isUserDefined(network)) &&
        matchesLabels(filters, 'label', network.labels),
    )
    .map((network) => networkWire(network, {}));
}

/** Predefined networks are never dangling. */
export function isDangling(daemon: Daemon, network: Network): boolean {
  return isUserDefined(network) && daemon.networks.members(network.id).length === 0;
}

/** By name, ID, or the beginning of one ID. */
export async function networkInspect(
  daemon: Daemon,
  name: string,
  options: { readonly scope: string },
): Promise<NetworkInspect> {
  const network = daemon.networks.find(name);
  if (options.scope !== '' && options.scope !== 'local')
    throw new KindError('notFound', `network ${name} not found`);
  const members = daemon.networks.members(network.id).map(({ sandbox, view: { endpoint } }) => [
    sandbox.containerId,
    {
      Name: daemon.containers.get(sandbox.containerId)?.name ?? sandbox.containerName,
      EndpointID: endpoint.id,
      MacAddress: endpoint.macAddress,
      IPv4Address: withLength(endpoint.ipv4),
      IPv6Address: withLength(endpoint.ipv6),
    },
  ]);
  return networkWire(network, Object.fromEntries(members));
}

function withLength(address: EndpointAddress | undefined): string {
  return address === undefined ? '' : `${address.address}/${address.prefixLength}`;
}

function networkWire(
  network: Network,
  containers: Readonly<Record<string, NetworkContainer>>,
): NetworkInspect {
  return {
    Name: network.name,
    Id: network.id,
    Created: rfc3339Nano(network.createdMs),
    Scope: 'local',
    Driver: network.driver,
    EnableIPv4: network.enableIPv4,
    EnableIPv6: network.enableIPv6,
    IPAM: network.ipam,
    Internal: network.internal,
    Attachable: network.attachable,
    Ingress: false,
    ConfigFrom: { Network: network.configFrom ?? '' },
    ConfigOnly: network.configOnly === true,
    Containers: containers,
    Options: network.options,
    Labels: network.labels,
  };
}
