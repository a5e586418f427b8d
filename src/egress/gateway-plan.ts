/**
 * The machine's way out, as its kernel sees it: `eth0` (a veth) in the machine's network, its other end in a network
 * namespace of the gateway's own, where the kernel itself ends every TCP connection that goes out. That namespace has
 * no device at all, least of all the card that carries the agent's frames.
 *
 *     machine  eth0 10.0.2.15/24 ───── gw0 10.0.2.2, 10.0.2.3  gateway's namespace
 *                                       │ TCP, redirected ──▶ the agent's listener ──▶ host
 *                                       │ port 53, redirected ──▶ the agent's sockets ──▶ host
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

const gatewayDevice = 'gw0';
const machineDevice = 'eth0';

/** A plan whose process ends as nft, which reads the rules from its input. */
export function gatewayPlan(): SetupPlan {
  const sysctl = (path: string): SetupOperation => ({
    op: 'write',
    path: `/proc/sys/net/ipv4/${path}`,
    content: path.endsWith('send_redirects') ? '0' : '1',
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
      {
        op: 'exec',
        path: '/usr/sbin/nft',
        argv: ['nft', '-f', '-'],
        env: ['PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'LC_ALL=C'],
      },
    ]),
  };
}

/** The same process in the namespace that is there already. */
export function gatewayRulesPlan(): SetupPlan {
  return {
    before: [],
    clone: { namespaces: [] },
    child: steps('The gateway of a machine that was restored gets its rules anew', [
      {
        op: 'exec',
        path: '/usr/bin/nsenter',
        argv: ['nsenter', `--net=${gatewayNamespace}`, 'nft', '-f', '-'],
        env: ['PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'LC_ALL=C'],
      },
    ]),
  };
}

/**
 * The rules. Name queries are answered whoever they were meant for; TCP goes to the listener when there is a way out.
 * The listener takes nothing that was not redirected, and what has no way out is told so at once.
 */
export function gatewayRules({ isOpen }: { readonly isOpen: boolean }): string {
  const out = isOpen
    ? `iifname "${gatewayDevice}" ip daddr != { ${gatewayAddress}, ${nameServerAddress} } meta l4proto tcp redirect to :${listenerPort}`
    : '';
  // Made and deleted first, so that those of before are gone whether there were any or not.
  return `table ip gateway
delete table ip gateway
table ip gateway {
  chain prerouting {
    type nat hook prerouting priority dstnat
    iifname "${gatewayDevice}" meta l4proto { tcp, udp } th dport ${dnsPort} redirect to :${dnsPort}
    ${out}
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
