/** Checks the endpoints that a container is created with, as far as no network has to be known. */
import type { EndpointSettings, NetworkingConfig } from '../../api/network.ts';
import { KindError } from '../../lib/errors.ts';

const predefined = ['bridge', 'host', 'none', 'default', 'container'];

export function checkNetworkingConfig({ EndpointsConfig: endpoints }: NetworkingConfig): void {
  const problems = Object.entries(endpoints ?? {}).flatMap(([name, settings]) => {
    if (settings === null) return [`invalid config for network ${name}: EndpointsConfig is nil`];
    const found = checkEndpoint(name, settings);
    return found.length === 0 ? [] : [`invalid config for network ${name}: ${found.join('\n')}`];
  });
  if (problems.length > 0) throw new KindError('invalidParameter', problems.join('\n'));
}

function checkEndpoint(network: string, settings: EndpointSettings): string[] {
  const problems: string[] = [];
  const isPredefined = predefined.includes(network) || network.startsWith('container:');
  const { IPv4Address, IPv6Address } = settings.IPAMConfig ?? {};
  if (isPredefined && (IPv4Address || IPv6Address))
    problems.push('user specified IP address is supported on user defined networks only');
  if (isPredefined && (settings.Aliases ?? []).length > 0)
    problems.push('network-scoped alias is supported only for containers in user defined networks');
  return problems;
}
