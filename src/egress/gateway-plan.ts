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

/** A plan whose process ends as nft, which reads the rules from its input. */
export function gatewayPlan(): SetupPlan {
  const sysctl = (path: string): SetupOperation => ({
    op: 'write',
    path: `/proc/sys/net/ipv4/${path}`,
    content: path.endsWith('ip_forward') ? '1' : '0',
  });
  return {
    before: steps('The machine gets a network card, with the gateway at its other end', [
      { op: 'touch', path: gatewayNamespace, mode: 0o600 },
      { op: 'linkAdd', name: machineDevice, kind: 'veth', peer: gatewayDevice },
      address(machineDevice, machineAddress),
      { op: 'linkSet', name: machineDevice, up: true },
      {
        op: 'writeFile',
        path: '/etc/resolv.conf',
        content: new TextEncoder().encode(`nameserver ${nameServerAddress}\n`),
        mode: 0o644,
      },
    ]),
    clone: { namespaces: ['net'] },
    parent: steps('The other end goes where no container can come', [
      { op: 'linkSet', name: gatewayDevice, netns: '/proc/$PID/ns/net' },
      { op: 'routeAdd', destination: 'default', gateway: gatewayAddress },
    ]),
    child: steps('The gateway decides in a network namespace of its own', [
      {
        op: 'mount',
        source: '/proc/self/ns/net',
        target: gatewayNamespace,
        fstype: '',
        flags: ['bind'],
        data: '',
      },
      { op: 'linkUp', name: 'lo' },
      address(gatewayDevice, gatewayAddress),
      address(gatewayDevice, nameServerAddress),
      { op: 'linkSet', name: gatewayDevice, up: true },
      // Answers go back the way they came, and packets to anywhere as far as the rules, which refuse them.
      { op: 'routeAdd', destination: 'default', gateway: machineAddress },
      sysctl('ip_forward'),
      sysctl('conf/all/send_redirects'),
      sysctl(`conf/${gatewayDevice}/send_redirects`),
      // What the UDP cable brings comes from anywhere.
      sysctl('conf/all/rp_filter'),
      sysctl('conf/default/rp_filter'),
      {
        op: 'exec',
        path: '/usr/sbin/nft',
        argv: ['nft', '-f', '-'],
        env: ['PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'LC_ALL=C'],
      },
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
export function gatewayRules({ isOpen }: { readonly isOpen: boolean }): string {
  const inside = `{ "${gatewayDevice}", "${gatewayLanDevice}" }`;
  const tcp = isOpen
    ? `iifname ${inside} ip daddr != { ${gatewayAddress}, ${nameServerAddress} } meta l4proto tcp redirect to :${listenerPort}`
    : '';
  const udp = isOpen ? `iifname ${inside} meta l4proto udp meta mark set ${udpMark}` : '';
  // Made and deleted first, so that those of before are gone whether there were any or not.
  return `table ip gateway
delete table ip gateway
table ip gateway {
  chain steer {
    type filter hook prerouting priority mangle
    ${udp}
  }
  chain prerouting {
    type nat hook prerouting priority dstnat
    iifname ${inside} meta l4proto { tcp, udp } th dport ${dnsPort} redirect to :${dnsPort}
    ${tcp}
  }
  chain input {
    type filter hook input priority filter
    iifname "lo" accept
    icmp type echo-request accept
    meta l4proto { tcp, udp } th dport ${dnsPort} accept
    tcp dport ${listenerPort} ct status dnat accept
    meta l4proto tcp reject with tcp reset
    reject with icmp type admin-prohibited
  }
  chain forward {
    type filter hook forward priority filter
    oifname "${udpDevice}" meta l4proto udp accept
    iifname "${udpDevice}" oifname ${inside} accept
    meta l4proto tcp reject with tcp reset
    reject with icmp type admin-prohibited
  }
}
`;
}

function address(link: string, text: string): SetupOperation {
  return { op: 'addressAdd', link, address: text, prefixLength: machinePrefixLength };
}

function steps(cause: string, operations: readonly SetupOperation[]): SetupStep[] {
  return operations.map((operation) => ({ operation, cause }));
}
