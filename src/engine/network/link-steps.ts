/**
 * How networks and endpoints become interfaces: pure. A container's end is made on the machine, moved into the new
 * network namespace by its parent, and given its address by the container's own process before it runs anything.
 */
import type { LinkMode, SetupStep } from '../../guest/plan.ts';
import { parsePrefix } from '../../lib/cidr.ts';
import type { Endpoint, Network } from '../../network/model.ts';
import { macAddressOf } from '../../network/mac-address.ts';
import { step } from '../spec/step.ts';

/** Of interfaces that networks without a parent get. */
export const dummyPrefix = 'dm-';

const netnsDirectory = '/run/docker/netns';

/** The file that keeps a sandbox's network namespace. */
export function netnsPath(sandboxId: string): string {
  return `${netnsDirectory}/${sandboxId.slice(0, 12)}`;
}

export interface EndpointSteps {
  readonly before: readonly SetupStep[];
  readonly parent: readonly SetupStep[];
  readonly child: readonly SetupStep[];
}

/** A bridge with the gateway's address, or what a macvlan stands on when that is the network's own. */
export function networkSteps(network: Network): SetupStep[] {
  if (network.driver !== 'bridge') return parentSteps(network);
  const { device: name, pools } = network;
  const gateway = pools.find(({ subnet }) => !subnet.includes(':'))?.gateway;
  const mac = macAddressOf(gateway, (count) => new Uint8Array(count));
  const mtu = mtuOf(network);
  return [
    step(
      { op: 'linkAdd', name, kind: 'bridge', mac, ...(mtu === undefined ? {} : { mtu }) },
      'A bridge is a switch inside the kernel: containers of a network plug into it',
    ),
    ...(pools.some(({ subnet }) => subnet.includes(':')) ? forwardingSteps() : []),
    ...pools.map(({ subnet, gateway: address }) =>
      step(
        { op: 'addressAdd', link: name, address, prefixLength: lengthOf(subnet) },
        'The machine’s own address on this network, which is the containers’ gateway',
      ),
    ),
    step({ op: 'linkSet', name, up: true }, 'Switch the bridge on'),
  ];
}

/** `eth0.10` is a VLAN of eth0's; a network without a parent gets an interface that leads nowhere. */
function parentSteps(network: Network): SetupStep[] {
  const { device: name } = network;
  if (!ownsDevice(network)) return [];
  const [parent = '', id] = name.split('.');
  return [
    id === undefined
      ? step({ op: 'linkAdd', name, kind: 'dummy' }, 'A wire with nobody at its other end')
      : step(
          { op: 'linkAdd', name, kind: 'vlan', parent, id: Number(id) },
          'A virtual LAN of its own on the machine’s wire',
        ),
    step({ op: 'linkSet', name, up: true }, 'Switch the interface on'),
  ];
}

/** As dockerd does with the first network that has IPv6. */
function forwardingSteps(): SetupStep[] {
  return ['default', 'all'].map((name) =>
    step(
      { op: 'write', path: `/proc/sys/net/ipv6/conf/${name}/forwarding`, content: '1' },
      'Let packets of IPv6 pass from one interface to another, as far as the packet filter lets them',
    ),
  );
}

/** Whether the network made the interface that it stands on. */
function ownsDevice({ driver, device }: Network): boolean {
  if (driver === 'bridge') return true;
  const isVirtual = driver === 'macvlan' || driver === 'ipvlan';
  return isVirtual && (device.startsWith(dummyPrefix) || /^[^.]+\.[0-9]+$/.test(device));
}

export function networkRemoveSteps(network: Network): SetupStep[] {
  if (!ownsDevice(network)) return [];
  const { device: name } = network;
  return [step({ op: 'linkDelete', name, missingOk: true }, 'Nobody is on this network any more')];
}

export const addressFamilies = ['ipv4', 'ipv6'] as const;
export type AddressFamily = (typeof addressFamilies)[number];

/** `gateways`: of which families the container's way out leads through this endpoint. */
export function endpointSteps(
  network: Network,
  endpoint: Endpoint,
  options: {
    /** Of the container's first process: `$PID` in its own plan. */
    readonly pid: number | '$PID';
    readonly gateways: readonly AddressFamily[];
    /** Settings of this interface alone, by path below /proc/sys. */
    readonly sysctls?: readonly (readonly [path: string, value: string])[];
  },
): EndpointSteps {
  if (endpoint.interfaceName === '') return { before: [], parent: [], child: [] };
  const temporary = `tmp${endpoint.id.slice(0, 8)}`;
  return {
    before: machineSide(network, endpoint, temporary),
    parent: [
      step(
        {
          op: 'linkSet',
          name: temporary,
          netns: `/proc/${options.pid}/ns/net`,
          newName: endpoint.interfaceName,
        },
        'Move the container’s end into its network namespace',
      ),
    ],
    child: containerSide(network, endpoint, options),
  };
}

/** The machine's end takes the other with it. */
export function endpointRemoveSteps({ hostInterfaceName: name }: Endpoint): SetupStep[] {
  if (name === '') return [];
  return [
    step({ op: 'linkDelete', name, missingOk: true }, 'Unplug the container from its network'),
  ];
}

function machineSide(network: Network, endpoint: Endpoint, temporary: string): SetupStep[] {
  const { driver, device, options } = network;
  const mtu = mtuOf(network);
  const size = mtu === undefined ? {} : { mtu };
  if (driver !== 'bridge') {
    const kind = driver === 'ipvlan' ? 'ipvlan' : 'macvlan';
    const mode = (options[`${kind}_mode`] ?? (kind === 'ipvlan' ? 'l2' : 'bridge')) as LinkMode;
    return [
      step(
        { op: 'linkAdd', name: temporary, kind, parent: device, mode, ...size },
        'A second interface on the same wire as the machine’s',
      ),
    ];
  }
  const { hostInterfaceName: name } = endpoint;
  return [
    step(
      { op: 'linkAdd', name, kind: 'veth', peer: temporary, ...size },
      'A pair of interfaces: what goes in at one end comes out at the other',
    ),
    step(
      { op: 'linkSet', name, master: device, up: true },
      'Plug the machine’s end into the network’s bridge',
    ),
  ];
}

function containerSide(
  network: Network,
  endpoint: Endpoint,
  options: {
    readonly gateways: readonly AddressFamily[];
    readonly sysctls?: readonly (readonly [path: string, value: string])[];
  },
): SetupStep[] {
  const { interfaceName: link, macAddress: mac, ipv4, ipv6 } = endpoint;
  const mtu = mtuOf(network);
  const addresses = [ipv4, ipv6].filter((address) => address !== undefined);
  const size = network.driver === 'bridge' && mtu !== undefined ? { mtu } : {};
  const noIpv6 = {
    op: 'write',
    path: `/proc/sys/net/ipv6/conf/${link}/disable_ipv6`,
    content: '1',
  } as const;
  return [
    ...(ipv6 === undefined ? [step(noIpv6, 'This network has no IPv6')] : []),
    ...(options.sysctls ?? []).map(([path, content]) =>
      step(
        { op: 'write', path: `/proc/sys/${path}`, content },
        'A kernel setting of this interface, as asked',
      ),
    ),
    ...(mac === '' ? [] : [step({ op: 'linkSet', name: link, mac, ...size }, 'Its MAC address')]),
    ...addresses.map(({ address, prefixLength }) =>
      step(
        { op: 'addressAdd', link, address, prefixLength },
        'The container’s address on this network',
      ),
    ),
    ...(endpoint.linkLocal ?? []).map((address) =>
      step(
        { op: 'addressAdd', link, address, prefixLength: linkLocalLength(address) },
        'An address for this wire alone',
      ),
    ),
    step({ op: 'linkSet', name: link, up: true }, 'Switch the interface on'),
    ...gatewaySteps(network, endpoint, options.gateways),
  ];
}

/** The way to everything that is not on a network of the container's. */
export function gatewaySteps(
  { driver, options }: Network,
  endpoint: Endpoint,
  families: readonly AddressFamily[],
): SetupStep[] {
  if (families.length === 0) return [];
  const cause = 'Everything else is reached through the gateway';
  const { interfaceName: link } = endpoint;
  if (driver === 'ipvlan' && (options['ipvlan_mode'] ?? 'l2') !== 'l2')
    return [step({ op: 'routeAdd', destination: 'default', link }, cause)];
  return families
    .map((family) => endpoint[family]?.gateway)
    .filter((gateway): gateway is string => Boolean(gateway))
    .map((gateway) => step({ op: 'routeAdd', destination: 'default', gateway, link }, cause));
}

/** The file outlives the container's processes, so that what is left of its network can be found. */
export function sandboxSteps(sandboxId: string): SetupStep[] {
  const path = netnsPath(sandboxId);
  const cause = 'Give the container’s network namespace a name on the machine';
  return [
    step({ op: 'touch', path, mode: 0o444 }, cause),
    step(
      {
        op: 'mount',
        source: '/proc/$PID/ns/net',
        target: path,
        fstype: '',
        flags: ['bind'],
        data: '',
      },
      cause,
    ),
  ];
}

export function sandboxRemoveSteps(sandboxId: string): SetupStep[] {
  const path = netnsPath(sandboxId);
  const cause = 'The container’s network namespace goes with its name';
  return [
    step({ op: 'umount', target: path, detach: true }, cause),
    step({ op: 'removeTree', path }, cause),
  ];
}

function mtuOf({ options }: Network): number | undefined {
  const mtu = Number(options['com.docker.network.driver.mtu'] ?? 0);
  return mtu > 0 && mtu !== 1500 ? mtu : undefined;
}

/** 169.254.0.0/16 and fe80::/64. */
function linkLocalLength(address: string): number {
  return address.includes(':') ? 64 : 16;
}

function lengthOf(subnet: string): number {
  return parsePrefix(subnet)?.length ?? 0;
}
