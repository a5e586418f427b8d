/**
 * The machine's way out, as its kernel sees it: `eth0` (a veth) in the machine's network, its other end in a network
 * namespace of the gateway's own, where the kernel itself ends every TCP connection that goes out. That namespace has
 * no device at all, least of all the card that carries the agent's frames.
 *
 *     machine  eth0 10.0.2.15/24 ───── gw0 10.0.2.2, 10.0.2.3  gateway's namespace
 *                                       │ TCP, redirected ──▶ the agent's listener ──▶ host
 *                                       │ port 53, redirected ──▶ the agent's sockets ──▶ host
 *     machines of a LAN ───── lan0, if ─┤ other UDP, by the mark's route ──▶ udp0, a cable to the host
 *                             plugged in│
 *                                       └ everything else ──▶ RST, or ICMP "admin prohibited"
 */
import {
  accept,
  fromInterface,
  isPing,
  notTo,
  ofProtocol,
  prohibit,
  redirectTo,
  resetConnection,
  setMark,
  toInterface,
  toPort,
  wasRedirected,
} from '../guest/nftables/expressions.ts';
import type { Rule, Table } from '../guest/nftables/table.ts';
import type { SetupOperation, SetupPlan, SetupStep } from '../guest/plan.ts';
import { dnsPort, gatewayAddress, nameServerAddress } from './egress.ts';

export const machineAddress = '10.0.2.15';
export const machinePrefixLength = 24;
/** Stands for the gateway's namespace. */
export const gatewayNamespace = '/run/bottleship/gateway';
/** The agent's listener there. */
export const listenerPort = 15001;

/** The cable that carries UDP with its destinations to the host, and back. */
export const udpDevice = 'udp0';
/** The gateway's place on a LAN of several machines, when it has one. */
export const gatewayLanDevice = 'lan0';
/** Of packets for that cable, and the number of their routing table. */
const udpMark = 100;

const gatewayDevice = 'gw0';
const machineDevice = 'eth0';

/** What the agent does to make all of it, for a way out that is open or not. */
export function gatewayPlan(options: { readonly isOpen: boolean }): SetupPlan {
  const sysctl = (path: string): SetupOperation => ({
    op: 'write',
    path: `/proc/sys/net/ipv4/${path}`,
    content: path.endsWith('ip_forward') ? '1' : '0',
  });
  const before = [
    ...steps('The gateway decides in a network namespace of its own, where no container can come', [
      { op: 'touch', path: gatewayNamespace, mode: 0o600 },
      { op: 'unshare', namespaces: ['net'] },
      {
        op: 'mount',
        source: '/proc/self/ns/net',
        target: gatewayNamespace,
        fstype: '',
        flags: ['bind'],
        data: '',
      },
      { op: 'linkUp', name: 'lo' },
      sysctl('ip_forward'),
      sysctl('conf/all/send_redirects'),
      // What the UDP cable brings comes from anywhere.
      sysctl('conf/all/rp_filter'),
      sysctl('conf/default/rp_filter'),
      { op: 'packetFilter', table: gatewayRules(options) },
    ]),
    ...steps('The machine gets a network card, with the gateway at its other end', [
      { op: 'setns', pid: 1, namespaces: ['net'] },
      { op: 'linkAdd', name: machineDevice, kind: 'veth', peer: gatewayDevice },
      { op: 'linkSet', name: gatewayDevice, netns: gatewayNamespace },
      address(machineDevice, machineAddress),
      { op: 'linkSet', name: machineDevice, up: true },
      { op: 'routeAdd', destination: 'default', gateway: gatewayAddress },
      {
        op: 'writeFile',
        path: '/etc/resolv.conf',
        content: new TextEncoder().encode(`nameserver ${nameServerAddress}\n`),
        mode: 0o644,
      },
    ]),
    ...steps('Answers go back the way they came, and packets to anywhere as far as the rules', [
      enterGateway,
      address(gatewayDevice, gatewayAddress),
      address(gatewayDevice, nameServerAddress),
      { op: 'linkSet', name: gatewayDevice, up: true },
      sysctl(`conf/${gatewayDevice}/send_redirects`),
      { op: 'routeAdd', destination: 'default', gateway: machineAddress },
    ]),
  ];
  return { before };
}

/** Only the rules, in the namespace that is there already. */
export function gatewayRulesPlan(options: { readonly isOpen: boolean }): SetupPlan {
  return {
    before: steps('The gateway of a machine that was restored gets its rules anew', [
      enterGateway,
      { op: 'packetFilter', table: gatewayRules(options) },
    ]),
  };
}

/** A program of the machine in the namespace that is there already. */
export function inGatewayPlan(argv: readonly string[], cause: string): SetupPlan {
  return {
    before: [],
    clone: { namespaces: [] },
    child: steps(cause, [
      {
        op: 'exec',
        path: '/usr/bin/nsenter',
        argv: ['nsenter', `--net=${gatewayNamespace}`, ...argv],
        env: ['PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'LC_ALL=C'],
      },
    ]),
  };
}

/** Commands of `ip -batch`: marked packets go to the UDP cable. It has no neighbours to ask for. */
export function udpCableCommands(mtuBytes: number): string {
  return `link set ${udpDevice} mtu ${mtuBytes} arp off up
route replace default dev ${udpDevice} table ${udpMark}
rule add fwmark ${udpMark} lookup ${udpMark}
`;
}

/** Commands of `ip -batch`: the gateway's card on a LAN. */
export function lanCardCommands(card: {
  readonly macAddress: string;
  readonly address: string;
  readonly prefixLength: number;
}): string {
  const { macAddress, address, prefixLength } = card;
  return `link set ${gatewayLanDevice} address ${macAddress} up
addr add ${address}/${prefixLength} dev ${gatewayLanDevice}
`;
}

/** What a machine that was restored still has of them. */
export const udpRuleDeletion = `rule del fwmark ${udpMark} lookup ${udpMark}\n`;

/**
 * The rules. Name queries are answered whoever they were meant for; TCP goes to the listener, and UDP to its cable,
 * when there is a way out. The listener takes nothing that was not redirected, and what has no way out is told so at
 * once. A LAN's machines are served like the own one.
 */
export function gatewayRules({ isOpen }: { readonly isOpen: boolean }): Table {
  const inside = [gatewayDevice, gatewayLanDevice];
  const nameQueries = [toPort('tcp', dnsPort), toPort('udp', dnsPort)];
  const toOutside = [notTo(gatewayAddress), notTo(nameServerAddress), ofProtocol('tcp')];
  const refuse: Rule[] = [[resetConnection()], [prohibit()]];
  const fromInside = (...rest: Rule): Rule[] =>
    inside.map((name) => [fromInterface(name), ...rest]);
  const filter = { type: 'filter', priority: 'filter' } as const;
  return {
    name: 'gateway',
    chains: [
      {
        name: 'steer',
        type: 'filter',
        hook: 'prerouting',
        priority: 'mangle',
        rules: isOpen ? fromInside(ofProtocol('udp'), setMark(udpMark)) : [],
      },
      {
        name: 'prerouting',
        type: 'nat',
        hook: 'prerouting',
        priority: 'dstnat',
        rules: [
          ...nameQueries.flatMap((query) => fromInside(query, redirectTo(dnsPort))),
          ...(isOpen ? fromInside(...toOutside, redirectTo(listenerPort)) : []),
        ],
      },
      {
        name: 'input',
        ...filter,
        hook: 'input',
        rules: [
          [fromInterface('lo'), accept()],
          [isPing(), accept()],
          ...nameQueries.map((query): Rule => [query, accept()]),
          [toPort('tcp', listenerPort), wasRedirected(), accept()],
          ...refuse,
        ],
      },
      {
        name: 'forward',
        ...filter,
        hook: 'forward',
        rules: [
          [toInterface(udpDevice), ofProtocol('udp'), accept()],
          ...inside.map((name): Rule => [fromInterface(udpDevice), toInterface(name), accept()]),
          ...refuse,
        ],
      },
    ],
  };
}

const enterGateway: SetupOperation = { op: 'setns', path: gatewayNamespace, namespaces: ['net'] };

function address(link: string, text: string): SetupOperation {
  return { op: 'addressAdd', link, address: text, prefixLength: machinePrefixLength };
}

function steps(cause: string, operations: readonly SetupOperation[]): SetupStep[] {
  return operations.map((operation) => ({ operation, cause }));
}
