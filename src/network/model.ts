/** Networks, and what joins a container to one: plain data, as it is kept with the engine's state. */
import type { Ipam } from '../api/network.ts';

export const networkDrivers = ['bridge', 'host', 'null', 'macvlan', 'ipvlan'] as const;
export type NetworkDriver = (typeof networkDrivers)[number];

/** A subnet that a network has for itself. Addresses are text, without a prefix length. */
export interface NetworkPool {
  /** `172.18.0.0/16`, its host bits zero. */
  readonly subnet: string;
  readonly gateway: string;
  /** Addresses are taken from here only, when a range was asked for. */
  readonly range?: string;
  /** Addresses that others have, by name. */
  readonly auxiliary: Readonly<Record<string, string>>;
}

export interface Network {
  /** 64 hex digits. */
  readonly id: string;
  readonly name: string;
  readonly driver: NetworkDriver;
  readonly createdMs: number;
  readonly enableIPv4: boolean;
  readonly enableIPv6: boolean;
  readonly internal: boolean;
  readonly attachable: boolean;
  /** What the user asked for, for `network inspect`. */
  readonly ipam: Ipam;
  readonly pools: readonly NetworkPool[];
  readonly options: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** The bridge, or the interface that macvlan and ipvlan stand on; empty for the others. */
  readonly device: string;
  /** The subnets, or ranges of them, that the user named: fixed addresses are taken from these alone. */
  readonly askedRanges?: readonly string[];
  /** Nobody can be on it: it only holds the configuration of others. */
  readonly configOnly?: true;
  /** The name of the network that it has its configuration from. */
  readonly configFrom?: string;
}

export type PortProtocol = 'tcp' | 'udp' | 'sctp';

/** One port of the machine that leads to one of a container. */
export interface PortMapping {
  readonly protocol: PortProtocol;
  readonly containerPort: number;
  /** `0.0.0.0`, `::` or an address of the machine's. */
  readonly hostAddress: string;
  readonly hostPort: number;
}

export interface EndpointAddress {
  readonly address: string;
  readonly prefixLength: number;
  /** Empty on an internal network, and where there is none. */
  readonly gateway: string;
}

/** What a container has on one network while it runs. */
export interface Endpoint {
  /** 64 hex digits. */
  readonly id: string;
  readonly networkId: string;
  /** As it is in the container: `eth0`. Empty for host and none. */
  readonly interfaceName: string;
  /** The machine's end of the veth; empty for what has none. */
  readonly hostInterfaceName: string;
  readonly macAddress: string;
  readonly ipv4?: EndpointAddress;
  readonly ipv6?: EndpointAddress;
  /** Addresses beside these, that no gateway routes. */
  readonly linkLocal?: readonly string[];
}
