/** Checks the endpoints that a container is created with, as far as no network has to be known. */
import type { EndpointSettings, NetworkingConfig } from '../../api/network.ts';
import { parseAddress, parsePrefix, prefixContains } from '../../lib/cidr.ts';
import { KindError } from '../../lib/errors.ts';

const predefined = ['bridge', 'host', 'none', 'default', 'container'];

export function checkNetworkingConfig({ EndpointsConfig: endpoints }: NetworkingConfig): void {
  const problems = Object.entries(endpoints ?? {}).flatMap(([name, settings]) => {
    if (settings === null) return [`invalid config for network ${name}: EndpointsConfig is nil`];
    const problem = endpointProblem(name, settings);
    return problem === undefined ? [] : [`invalid config for network ${name}: ${problem}`];
  });
  if (problems.length > 0) throw new KindError('invalidParameter', problems.join('\n'));
}

/** Undefined when a container may have such an endpoint there. */
export function endpointProblem(
  network: string,
  settings: EndpointSettings,
  askedRanges?: readonly string[],
): string | undefined {
  const mac = settings.MacAddress ?? '';
  if (mac !== '' && !/^([0-9a-fA-F]{2}([:-]|$)){6}$/.test(mac)) return `invalid MAC address ${mac}`;
  const problems = [
    ...checkEndpoint(network, settings),
    ...(askedRanges === undefined ? [] : rangeProblems(settings, askedRanges)),
  ];
  if (problems.length === 0) return undefined;
  const list = problems.length === 1 ? problems[0] : `* ${problems.join('\n* ')}`;
  return `invalid endpoint settings:\n${list}`;
}

/** Fixed addresses are for the subnets that somebody chose: others may be different ones the next time. */
function rangeProblems({ IPAMConfig }: EndpointSettings, askedRanges: readonly string[]): string[] {
  const { IPv4Address = '', IPv6Address = '' } = IPAMConfig ?? {};
  return [IPv4Address, IPv6Address].flatMap((text) => {
    const address = parseAddress(text);
    if (address === undefined) return [];
    const ranges = askedRanges
      .map(parsePrefix)
      .filter((range) => range !== undefined && range.bits === address.bits);
    if (ranges.some((range) => range !== undefined && prefixContains(range, address))) return [];
    return ranges.length > 0
      ? [`no configured subnet or ip-range contain the IP address ${text}`]
      : [`user specified IP address is supported only when connecting to ${userSubnets}`];
  });
}

const userSubnets = 'networks with user configured subnets';

function checkEndpoint(network: string, settings: EndpointSettings): string[] {
  const problems: string[] = [];
  const isPredefined = predefined.includes(network) || network.startsWith('container:');
  const { IPv4Address, IPv6Address } = settings.IPAMConfig ?? {};
  const hasAddress = Boolean(IPv4Address || IPv6Address);
  if (isPredefined && hasAddress)
    problems.push('user specified IP address is supported on user defined networks only');
  if (isPredefined && (settings.Aliases ?? []).length > 0)
    problems.push('network-scoped alias is supported only for containers in user defined networks');
  if (IPv4Address && !isIPv4(IPv4Address)) problems.push(`invalid IPv4 address: ${IPv4Address}`);
  if (IPv6Address && parseAddress(IPv6Address)?.bits !== 128)
    problems.push(`invalid IPv6 address: ${IPv6Address}`);
  for (const address of settings.IPAMConfig?.LinkLocalIPs ?? [])
    if (parseAddress(address) === undefined)
      problems.push(`invalid link-local IP address: ${address}`);
  if (isPredefined && hasAddress) {
    problems.push(`user specified IP address is supported only when connecting to ${userSubnets}`);
  }
  return problems;
}

function isIPv4(text: string): boolean {
  const parts = text.split('.');
  const fits = (part: string) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255;
  return parts.length === 4 && parts.every(fits) && text !== '0.0.0.0';
}
