/** Checks what a user asks of a network's addresses, in the words of dockerd 28. */
import type { Ipam, IpamConfig } from '../api/network.ts';
import {
  formatPrefix,
  networkOf,
  overlaps,
  parseAddress,
  parsePrefix,
  prefixContains,
  type Prefix,
} from '../lib/cidr.ts';
import { KindError } from '../lib/errors.ts';

export function checkIpam(ipam: Ipam, enableIPv6: boolean): void {
  const problems = (ipam.Config ?? []).flatMap((config) => configProblems(config, enableIPv6));
  if (problems.length === 0) return;
  const list = problems.length === 1 ? problems[0] : `* ${problems.join('\n* ')}`;
  throw new KindError('invalidParameter', `invalid network config:\n${list}`);
}

function configProblems(config: IpamConfig, enableIPv6: boolean): string[] {
  const { Subnet: text = '', IPRange: range = '', Gateway: gateway = '' } = config;
  const subnet = parsePrefix(text);
  if (subnet === undefined) return [`invalid subnet ${text}: invalid CIDR block notation`];
  if (subnet.bits === 128 && !enableIPv6) return [];
  const masked = formatPrefix(networkOf(subnet));
  const problems: string[] = [];
  if (formatPrefix(subnet) !== masked)
    problems.push(`invalid subnet ${formatPrefix(subnet)}: it should be ${masked}`);
  problems.push(...rangeProblems(range, subnet));
  const gatewayProblem = addressProblem(gateway, subnet);
  if (gatewayProblem !== undefined) problems.push(`invalid gateway ${gateway}: ${gatewayProblem}`);
  for (const [name, address] of Object.entries(config.AuxiliaryAddresses ?? {})) {
    const problem = addressProblem(address, subnet);
    if (problem !== undefined) problems.push(`invalid auxiliary address ${name}: ${problem}`);
  }
  return problems;
}

function rangeProblems(text: string, subnet: Prefix): string[] {
  if (text === '') return [];
  const range = parsePrefix(text);
  const invalid = (problem: string): string => `invalid ip-range ${text}: ${problem}`;
  if (range === undefined) return [invalid('invalid CIDR block notation')];
  if (range.bits !== subnet.bits) return [invalid(`parent subnet is an ${family(subnet)} block`)];
  const problems: string[] = [];
  const parent = formatPrefix(subnet);
  const masked = formatPrefix(networkOf(range));
  if (range.length < subnet.length)
    problems.push(invalid(`CIDR block is bigger than its parent subnet ${parent}`));
  if (formatPrefix(range) !== masked) problems.push(invalid(`it should be ${masked}`));
  if (!overlaps(subnet, range))
    problems.push(invalid(`parent subnet ${parent} doesn't contain ip-range`));
  return problems;
}

function addressProblem(text: string, subnet: Prefix): string | undefined {
  if (text === '') return undefined;
  const address = parseAddress(text);
  if (address === undefined) return 'invalid address';
  if (address.bits !== subnet.bits) return `parent subnet is an ${family(subnet)} block`;
  if (prefixContains(subnet, address)) return undefined;
  return `parent subnet ${formatPrefix(subnet)} doesn't contain this address`;
}

function family({ bits }: Prefix): string {
  return bits === 32 ? 'IPv4' : 'IPv6';
}
