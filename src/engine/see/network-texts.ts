/** Links, routes and packet rules from what ip(8) and iptables-save(8) print. Pure. */
import type {
  MachineLink,
  MachineRoute,
  PacketChain,
  PacketRule,
} from '../../api/machine-network.ts';
import { KindError } from '../../lib/errors.ts';

type Fields = Readonly<Record<string, unknown>>;

/** `ip -details -json address show` */
export function parseLinks(json: string): MachineLink[] {
  return parseList(json).map((link) => {
    const kind = text(record(link['linkinfo'])['info_kind']);
    const addresses = list(link['addr_info']).map(
      (address) => `${text(address['local'])}/${Number(address['prefixlen'])}`,
    );
    const master = text(link['master']);
    const peerIndex = link['link_index'];
    return {
      name: text(link['ifname']),
      index: Number(link['ifindex']),
      kind: kind === '' && link['link_type'] === 'loopback' ? 'loopback' : kind,
      macAddress: text(link['address']),
      mtuBytes: Number(link['mtu'] ?? 0),
      up: Array.isArray(link['flags']) && link['flags'].includes('UP'),
      ...(master === '' ? {} : { master }),
      ...(typeof peerIndex === 'number' && kind === 'veth' ? { peerIndex } : {}),
      addresses,
    };
  });
}

/** `ip -json route show`; IPv4. */
export function parseRoutes(json: string): MachineRoute[] {
  return parseList(json).map((route) => {
    const gateway = text(route['gateway']);
    return {
      destination: text(route['dst']),
      ...(gateway === '' ? {} : { gateway }),
      device: text(route['dev']),
    };
  });
}

export interface PacketTables {
  readonly chains: readonly PacketChain[];
  readonly rules: readonly PacketRule[];
}

/** Other tables than nat and filter are passed over. */
export function parseRules(saved: string): PacketTables {
  const chains: PacketChain[] = [];
  const rules: PacketRule[] = [];
  let table: PacketRule['table'] | undefined;
  for (const line of saved.split('\n')) {
    if (line.startsWith('*')) table = line === '*nat' ? 'nat' : line === '*filter' ? 'filter' : undefined; // prettier-ignore
    if (table === undefined) continue;
    const chain = /^:(\S+) (\S+)/.exec(line);
    if (chain !== null) chains.push({ table, name: chain[1] ?? '', policy: chain[2] ?? '-' });
    const rule = /^-A (\S+) (.*)$/.exec(line);
    if (rule !== null) rules.push({ table, chain: rule[1] ?? '', text: rule[2] ?? '' });
  }
  return { chains, rules };
}

function parseList(json: string): Fields[] {
  try {
    return list(JSON.parse(json.trim() === '' ? '[]' : json));
  } catch (cause) {
    throw new KindError('system', 'Cannot read what ip printed: no JSON', { cause });
  }
}

function list(value: unknown): Fields[] {
  // ip leaves an empty object where it was told to filter.
  return Array.isArray(value) ? value.map(record).filter((one) => Object.keys(one).length > 0) : [];
}

function record(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
