/** Between what a packet's path can be traced: containers, the machine, the outside, and published ports. Pure. */
import type { ContainerSummary } from '../../../api/container.ts';
import type { MachineEndpoint, MachineNetworkResponse } from '../../../api/machine-network.ts';
import type { NetworkInspect } from '../../../api/network.ts';

export interface NetworkReading {
  readonly machine: MachineNetworkResponse;
  readonly networks: readonly NetworkInspect[];
  /** Those that run. */
  readonly containers: readonly ContainerSummary[];
}

export interface PublishedPlace {
  readonly containerId: string;
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly hostAddress: string;
  readonly hostPort: number;
  readonly containerPort: number;
}

/** Where nothing of ours is: an address that RFC 5737 keeps for examples. */
export const outsideAddress = '203.0.113.9';

export type Place =
  | { readonly kind: 'machine' | 'outside' }
  | { readonly kind: 'container'; readonly id: string; readonly name: string }
  | { readonly kind: 'port'; readonly port: PublishedPlace };

/** Unique and stable: the value of an option. */
export function placeKey(place: Place): string {
  if (place.kind === 'container') return `container:${place.id}`;
  if (place.kind !== 'port') return place.kind;
  const { protocol, hostAddress, hostPort } = place.port;
  return `port:${protocol}/${hostAddress}/${hostPort}`;
}

/** IPv4 ports of containers that run, by number. */
export function publishedPlaces({ containers }: NetworkReading): PublishedPlace[] {
  return containers
    .flatMap(({ Id: containerId, Ports }) =>
      Ports.flatMap(
        ({ IP = '0.0.0.0', PrivatePort, PublicPort, Type: protocol }) =>
        PublicPort === undefined || IP.includes(':')
          ? []
          : [{ containerId, protocol, hostAddress: IP, hostPort: PublicPort, containerPort: PrivatePort }], // prettier-ignore
      ),
    )
    .sort((a, b) => a.hostPort - b.hostPort || (a.protocol < b.protocol ? -1 : 1));
}

/** Containers that are on a bridge, by name. */
export function containerPlaces(reading: NetworkReading): (Place & { kind: 'container' })[] {
  const names = new Map(
    reading.machine.endpoints.map(({ containerId, containerName }) => [containerId, containerName]),
  );
  return [...names]
    .map(([id, name]) => ({ kind: 'container' as const, id, name }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

export function sources(reading: NetworkReading): Place[] {
  return [...containerPlaces(reading), { kind: 'machine' }, { kind: 'outside' }];
}

/** From outside only published ports can be asked for. */
export function targets(reading: NetworkReading, from: Place): Place[] {
  const ports = publishedPlaces(reading).map((port) => ({ kind: 'port' as const, port }));
  if (from.kind === 'outside') return ports;
  const others = containerPlaces(reading).filter((place) => placeKey(place) !== placeKey(from));
  return [...others, { kind: 'outside' }, ...ports];
}

/** With an IPv4 address: others take no part in a path. */
export function endpointsOf(
  { machine }: NetworkReading,
  containerId: string,
): (MachineEndpoint & { readonly address: string })[] {
  return machine.endpoints.flatMap((endpoint) =>
    endpoint.containerId === containerId && endpoint.address !== undefined
      ? [{ ...endpoint, address: endpoint.address }]
      : [],
  );
}
