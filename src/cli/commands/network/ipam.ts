/** Puts ranges, gateways and auxiliary addresses to the subnets they belong to. */
import type { IpamConfig } from '../../../api/network.ts';
import { parseAddress, parsePrefix, prefixContains } from '../../../lib/cidr.ts';

interface Entry {
  Subnet: string;
  IPRange?: string;
  Gateway?: string;
  AuxiliaryAddresses: Record<string, string>;
}

/** Throws with Docker's words. */
export function ipamConfig(options: {
  readonly subnets: readonly string[];
  readonly ranges: readonly string[];
  readonly gateways: readonly string[];
  readonly auxiliary: Readonly<Record<string, string>>;
}): readonly IpamConfig[] {
  const { subnets, ranges, gateways } = options;
  if (subnets.length < ranges.length || subnets.length < gateways.length) {
    throw new Error('every ip-range or gateway must have a corresponding subnet');
  }
  const entries = new Map<string, Entry>();
  for (const subnet of subnets) {
    for (const other of entries.keys()) {
      if (contains(subnet, other) || contains(other, subnet)) {
        throw new Error('multiple overlapping subnet configuration is not supported');
      }
    }
    entries.set(subnet, { Subnet: subnet, AuxiliaryAddresses: {} });
  }
  for (const range of ranges) {
    if (parsePrefix(range) === undefined) throw new Error(`invalid CIDR address: ${range}`);
    assign(entries, { address: range, field: 'IPRange', noun: 'range', nouns: 'ranges', at: 'on' });
  }
  for (const address of gateways) {
    assign(entries, { address, field: 'Gateway', noun: 'gateway', nouns: 'gateways', at: 'for' });
  }
  for (const [name, address] of Object.entries(options.auxiliary)) {
    const found = matching(entries, address);
    if (found.length === 0) throw new Error(`no matching subnet for aux-address ${address}`);
    for (const entry of found) entry.AuxiliaryAddresses[name] = address;
  }
  return [...entries.values()];
}

function assign(
  entries: ReadonlyMap<string, Entry>,
  options: {
    readonly address: string;
    readonly field: 'IPRange' | 'Gateway';
    readonly noun: string;
    readonly nouns: string;
    readonly at: string;
  },
): void {
  const { address, field, nouns, at } = options;
  const found = matching(entries, address);
  if (found.length === 0) throw new Error(`no matching subnet for ${options.noun} ${address}`);
  for (const entry of found) {
    const previous = entry[field];
    if (previous !== undefined) {
      const subject = `multiple ${nouns} (${address}, ${previous})`;
      throw new Error(`cannot configure ${subject} ${at} the same subnet (${entry.Subnet})`);
    }
    entry[field] = address;
  }
}

function matching(entries: ReadonlyMap<string, Entry>, address: string): Entry[] {
  return [...entries.values()].filter((entry) => contains(entry.Subnet, address));
}

function contains(subnet: string, data: string): boolean {
  const prefix = parsePrefix(subnet);
  if (prefix === undefined) throw new Error(`invalid subnet: invalid CIDR address: ${subnet}`);
  const inner = data.includes('/') ? parsePrefix(data) : parseAddress(data);
  if (inner === undefined && data.includes('/')) throw new Error(`invalid CIDR address: ${data}`);
  return inner !== undefined && prefixContains(prefix, inner);
}
