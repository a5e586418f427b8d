/** Wire types of `GET /bottleship/network`, beside Docker's API: the machine's links, routes and packet filter. */

export interface MachineLink {
  readonly name: string;
  readonly index: number;
  /** `bridge`, `veth`, `loopback`, `dummy`… as the kernel calls it; empty for hardware. */
  readonly kind: string;
  readonly macAddress: string;
  readonly mtuBytes: number;
  readonly up: boolean;
  /** The bridge that it is plugged into. */
  readonly master?: string;
  /** Index of a veth's other end, in whatever namespace that is. */
  readonly peerIndex?: number;
  /** With prefix lengths: `172.17.0.1/16`. */
  readonly addresses: readonly string[];
}

export interface MachineRoute {
  /** `default`, or a prefix; an address alone stands for itself. */
  readonly destination: string;
  readonly gateway?: string;
  readonly device: string;
}

export interface PacketRule {
  readonly table: 'nat' | 'filter';
  readonly chain: string;
  /** As iptables-save prints it, without `-A CHAIN`. */
  readonly text: string;
}

export interface PacketChain {
  readonly table: 'nat' | 'filter';
  readonly name: string;
  /** What happens to a packet that no rule decides; `-` for a chain that others jump to. */
  readonly policy: string;
}

/** A container's place on a network: the two ends of its veth pair. */
export interface MachineEndpoint {
  readonly containerId: string;
  readonly containerName: string;
  readonly networkId: string;
  /** The bridge. */
  readonly device: string;
  /** In the container. */
  readonly interfaceName: string;
  /** The machine's end. */
  readonly hostInterfaceName: string;
  readonly macAddress: string;
  /** IPv4, without the prefix length; absent where there is none, as is the gateway. */
  readonly address?: string;
  readonly prefixLength?: number;
  readonly gateway?: string;
}

export interface MachineNetworkResponse {
  readonly links: readonly MachineLink[];
  readonly routes: readonly MachineRoute[];
  readonly chains: readonly PacketChain[];
  readonly rules: readonly PacketRule[];
  readonly endpoints: readonly MachineEndpoint[];
  /** Whether packets between two ports of one bridge pass the packet filter too. */
  readonly bridgeFiltering: boolean;
  /** There is more than is told. */
  readonly truncated: boolean;
}
