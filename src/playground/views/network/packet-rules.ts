/**
 * What the packet filter does with a packet, by the rules that iptables-save printed. Pure. It knows the matches that
 * Docker's rules use; a rule with any other is passed over, as if it did not match.
 */
import type { PacketChain, PacketRule } from '../../../api/machine-network.ts';
import { parseAddress, parsePrefix, prefixContains } from '../../../lib/cidr.ts';

export interface Packet {
  readonly source: string;
  readonly destination: string;
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly port: number;
}

export interface PacketPlace {
  readonly in?: string;
  readonly out?: string;
  /** Whether an address is one of the machine's own. */
  isLocal(address: string): boolean;
}

export interface Decision {
  /** `ACCEPT`, `DROP`, `DNAT`, `MASQUERADE`, … */
  readonly verdict: string;
  /** Absent when the chain's policy decided. */
  readonly rule?: PacketRule;
  /** `172.17.0.2:80`, of DNAT and SNAT. */
  readonly to?: string;
}

export interface PacketTables {
  readonly chains: readonly PacketChain[];
  readonly rules: readonly PacketRule[];
}

interface ParsedRule {
  readonly target: string;
  readonly to: string | undefined;
  readonly matches: (packet: Packet, place: PacketPlace) => boolean;
}

/** Chains may jump into one another, but not in circles; the kernel sees to that, and this to who feeds it nonsense. */
const jumpsMax = 32;

/** What a built-in chain decides; `packet` is a connection's first. */
export function decide(
  tables: PacketTables,
  where: { readonly table: PacketRule['table']; readonly chain: string },
  { packet, place }: { readonly packet: Packet; readonly place: PacketPlace },
): Decision {
  const walk = (chain: string, depth: number): Decision | undefined => {
    if (depth > jumpsMax) return undefined;
    for (const rule of tables.rules) {
      if (rule.table !== where.table || rule.chain !== chain) continue;
      const { target, to, matches } = parseRule(rule.text);
      if (target === '' || !matches(packet, place)) continue;
      if (target === 'RETURN') return undefined;
      const isChain = tables.chains.some(
        ({ table, name }) => table === where.table && name === target,
      );
      if (!isChain) return { verdict: target, rule, ...(to === undefined ? {} : { to }) };
      const decision = walk(target, depth + 1);
      if (decision !== undefined) return decision;
    }
    return undefined;
  };
  const policy = tables.chains.find(
    ({ table, name }) => table === where.table && name === where.chain,
  )?.policy;
  return walk(where.chain, 0) ?? { verdict: policy ?? 'ACCEPT' };
}

/** Target and destination of a rule, for words about it. */
export function ruleTarget(text: string): { readonly target: string; readonly to?: string } {
  const { target, to } = parseRule(text);
  return { target, ...(to === undefined ? {} : { to }) };
}

type Match = (packet: Packet, place: PacketPlace) => boolean;

const matchers: Readonly<Record<string, (value: string) => Match>> = {
  '-s': (value) => (packet) => isWithin(packet.source, value),
  '-d': (value) => (packet) => isWithin(packet.destination, value),
  '-i': (value) => (_packet, place) => isDevice(place.in, value),
  '-o': (value) => (_packet, place) => isDevice(place.out, value),
  '-p': (value) => (packet) => value === 'all' || packet.protocol === value,
  '--dport': (value) => (packet) => isPort(packet.port, value),
  '--dst-type': (value) => (packet, place) => value === 'LOCAL' && place.isLocal(packet.destination),
  '--src-type': (value) => (packet, place) => value === 'LOCAL' && place.isLocal(packet.source),
  // The first packet of a connection: it has no answer to be yet.
  '--ctstate': (value) => () => value.split(',').includes('NEW'),
}; // prettier-ignore

function parseRule(text: string): ParsedRule {
  const words = text.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
  const matches: Match[] = [];
  let target = '';
  let to: string | undefined;
  let isNegated = false;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (word === '!') {
      isNegated = true;
      continue;
    }
    if (!word.startsWith('-')) continue;
    const value = words[index + 1] ?? '';
    const matcher = matchers[word];
    if (word === '-j' || word === '-g') target = value;
    else if (word === '--to-destination' || word === '--to-source') to = value;
    else if (matcher !== undefined) {
      const match = matcher(value);
      matches.push(isNegated ? (packet, place) => !match(packet, place) : match);
    } else if (target === '' && word !== '-m' && word !== '--comment') matches.push(() => false);
    isNegated = false;
  }
  return { target, to, matches: (packet, place) => matches.every((match) => match(packet, place)) };
}

function isWithin(address: string, prefix: string): boolean {
  const parsed = parsePrefix(prefix.includes('/') ? prefix : `${prefix}/32`);
  const one = parseAddress(address);
  return parsed !== undefined && one !== undefined && prefixContains(parsed, one);
}

/** `veth+` is every name that begins so. */
function isDevice(device: string | undefined, wanted: string): boolean {
  if (device === undefined) return false;
  return wanted.endsWith('+') ? device.startsWith(wanted.slice(0, -1)) : device === wanted;
}

/** `80`, `80:90` */
function isPort(port: number, wanted: string): boolean {
  const [first = '', last = first] = wanted.split(':');
  return port >= Number(first) && port <= Number(last);
}
