/** /etc/hosts and /etc/resolv.conf of a container, with what its networks put there. */
import { hostsFile, resolvConfFile } from '../container/etc-files.ts';
import type { Container } from '../container/container.ts';
import type { Daemon } from '../daemon.ts';
import type { SetupStep } from '../../guest/plan.ts';
import { containerPaths } from '../spec/paths.ts';
import { step } from '../spec/step.ts';
import { linkHosts } from './links.ts';
import { machineNameServers } from './machine-network.ts';

export function hostsFileOf(daemon: Daemon, container: Container): string {
  const { config, hostConfig } = container;
  const { Hostname: host = '', Domainname: domain = '' } = config;
  const names = domain === '' ? host : `${host}.${domain} ${host}`;
  const endpoints = daemon.networks.sandboxOf(container.id)?.endpoints ?? [];
  const own = endpoints
    .flatMap(({ endpoint }) => [endpoint.ipv4?.address, endpoint.ipv6?.address])
    .filter((address) => address !== undefined)
    .map((address) => [address, names] as const);
  const gateway = daemon.networks.named('bridge')?.pools[0]?.gateway ?? '';
  return hostsFile(hostConfig, { gateway, addresses: [...linkHosts(daemon, container), ...own] });
}

export function resolvConfFileOf(daemon: Daemon, { id, hostConfig }: Container): string {
  const sandbox = daemon.networks.sandboxOf(id);
  const isAlone = sandbox?.endpoints.every(({ network }) => network.driver === 'null') ?? true;
  return resolvConfFile(hostConfig, {
    embedded: sandbox?.embeddedDns === true,
    servers: isAlone ? [] : machineNameServers,
  });
}

/** The file that the container has mounted: it is written in place. */
export function hostsStep(daemon: Daemon, container: Container): SetupStep {
  return fileStep(
    containerPaths(container.id).hosts,
    hostsFileOf(daemon, container),
    'Put the container’s addresses into its table of hosts',
  );
}

/** Names the engine's name service, unless somebody has changed the file. */
export async function resolvConfSteps(
  daemon: Daemon,
  container: Container,
  before: string,
): Promise<SetupStep[]> {
  const path = containerPaths(container.id).resolvConf;
  const [now] = await daemon.guest.readFiles([path]);
  if (now !== before) return [];
  const cause = 'Tell the container’s programs where names are resolved';
  return [fileStep(path, resolvConfFileOf(daemon, container), cause)];
}

function fileStep(path: string, text: string, cause: string): SetupStep {
  const content = new TextEncoder().encode(text);
  return step({ op: 'writeFile', path, content, mode: 0o644 }, cause);
}
