/** A container's place on its networks, from before its start to after its end. */
import type { EndpointSettings } from '../../api/network.ts';
import type { SetupStep } from '../../guest/plan.ts';
import { errorKind, errorMessage, KindError } from '../../lib/errors.ts';
import type { Endpoint, Network } from '../../network/model.ts';
import type { EndpointView, Sandbox } from '../../network/network-view.ts';
import type { Container } from '../container/container.ts';
import { randomId, type Daemon } from '../daemon.ts';
import { endpointProblem } from '../spec/check-networking-config.ts';
import { endpointSysctls } from './endpoint-sysctls.ts';
import {
  endpointRemoveSteps,
  endpointSteps,
  netnsPath,
  sandboxRemoveSteps,
  sandboxSteps,
  type EndpointSteps,
  addressFamilies,
  type AddressFamily,
} from './link-steps.ts';
import { isUserDefined } from './predefined.ts';

/** Whether the container has a network namespace of its own, if only an empty one. */
export function hasSandbox({ hostConfig }: Container): boolean {
  const mode = hostConfig.NetworkMode ?? '';
  return mode !== 'host' && !mode.startsWith('container:');
}

/**
 * Allocates everything that the container's start needs on its networks and says how to make it. Throws in dockerd's
 * words, with nothing allocated.
 */
export function openNetwork(daemon: Daemon, container: Container): EndpointSteps {
  daemon.networks.close(container.id);
  if ((container.hostConfig.NetworkMode ?? '').startsWith('container:'))
    return { before: [], parent: [], child: [] };
  daemon.networks.open(newSandbox(daemon, container));
  try {
    for (const name of orderedNetworks(container)) joinNetwork(daemon, { container, name });
  } catch (error) {
    daemon.networks.close(container.id);
    const message = `failed to set up container networking: ${errorMessage(error)}`;
    throw new KindError(errorKind(error), message, { cause: error });
  }
  return startSteps(daemon, container);
}

/** What the engine forgets of the container's network, and the steps that take it down. */
export function closeNetwork(daemon: Daemon, container: Container): SetupStep[] {
  const sandbox = daemon.networks.sandboxOf(container.id);
  if (sandbox === undefined) return [];
  daemon.names.close(sandbox.id);
  const steps = [
    ...sandbox.endpoints.flatMap(({ endpoint }) => endpointRemoveSteps(endpoint)),
    ...(hasSandbox(container) ? sandboxRemoveSteps(sandbox.id) : []),
  ];
  daemon.networks.close(container.id);
  return steps;
}

/** Those that the container is on now. */
export function networksOf(daemon: Daemon, { id }: Container): Network[] {
  return daemon.networks.sandboxOf(id)?.endpoints.map(({ network }) => network) ?? [];
}

/** Its main network first: that is eth0. */
function orderedNetworks({ hostConfig, networks }: Container): string[] {
  const main = hostConfig.NetworkMode || 'bridge';
  const others = [...networks.keys()].filter((name) => name !== main).sort();
  return networks.has(main) ? [main, ...others] : others;
}

function newSandbox(daemon: Daemon, container: Container): Omit<Sandbox, 'endpoints'> {
  const id = randomId(daemon.random);
  const { config, hostConfig } = container;
  return {
    id,
    containerId: container.id,
    containerName: container.name,
    hostname: config.Hostname ?? '',
    netnsPath: hasSandbox(container) ? netnsPath(id) : '/proc/1/ns/net',
    embeddedDns: [...container.networks.keys()].some((name) => {
      const network = daemon.networks.named(name);
      return network !== undefined && isUserDefined(network);
    }),
    dnsServers: hostConfig.Dns ?? [],
  };
}

/** Throws when the network is not there or has no address left. */
export function joinNetwork(
  daemon: Daemon,
  { container, name }: { readonly container: Container; readonly name: string },
): EndpointView {
  const settings = container.networks.get(name) ?? {};
  const network = daemon.networks.find(name);
  if (network.configOnly === true)
    throw new KindError('forbidden', 'cannot create endpoint on configuration-only network');
  const problem = endpointProblem(network.name, settings, network.askedRanges);
  if (problem !== undefined) throw new KindError('invalidParameter', problem);
  const endpoint = allocate(daemon, { container, network, settings });
  const view: EndpointView = {
    network,
    endpoint,
    userDefined: isUserDefined(network),
    names: isUserDefined(network) ? dnsNames(container, settings) : [],
    links: (settings.Links ?? []).map((link) => {
      const [target = '', alias = target] = link.split(':');
      return { alias, name: target };
    }),
  };
  daemon.networks.join(container.id, view);
  return view;
}

function allocate(
  daemon: Daemon,
  options: {
    readonly container: Container;
    readonly network: Network;
    readonly settings: EndpointSettings;
  },
): Endpoint {
  const { container, network, settings } = options;
  const { IPv4Address: ipv4 = '', IPv6Address: ipv6 = '' } = settings.IPAMConfig ?? {};
  const plain = network.driver === 'host' || network.driver === 'null';
  return daemon.networks.allocate(network, {
    id: randomId(daemon.random),
    interfaceName: plain ? '' : nextInterface(daemon, container),
    ipv4,
    ipv6,
    ...(settings.MacAddress ? { macAddress: settings.MacAddress } : {}),
    linkLocal: settings.IPAMConfig?.LinkLocalIPs ?? [],
  });
}

/** The lowest number that is free. */
function nextInterface(daemon: Daemon, { id }: Container): string {
  const used = new Set(
    daemon.networks.sandboxOf(id)?.endpoints.map(({ endpoint }) => endpoint.interfaceName),
  );
  let number = 0;
  while (used.has(`eth${number}`)) number += 1;
  return `eth${number}`;
}

/** As dockerd: the name, the short ID unless an alias is it, the aliases, the host name. */
export function dnsNames(container: Container, settings: EndpointSettings): string[] {
  const { name, shortId, config } = container;
  return [...new Set([name, ...(settings.Aliases ?? []), shortId, config.Hostname ?? ''])].filter(
    (text) => text !== '',
  );
}

function startSteps(daemon: Daemon, container: Container): EndpointSteps {
  const sandbox = daemon.networks.sandboxOf(container.id);
  if (sandbox === undefined || !hasSandbox(container)) return { before: [], parent: [], child: [] };
  const each = sandbox.endpoints.map((view) =>
    endpointSteps(view.network, view.endpoint, {
      pid: '$PID',
      gateways: gatewayFamilies(container, sandbox, view),
      sysctls: endpointSysctls(container.networks.get(view.network.name), view.endpoint),
    }),
  );
  return {
    before: each.flatMap(({ before }) => before),
    parent: [...sandboxSteps(sandbox.id), ...each.flatMap(({ parent }) => parent)],
    child: each.flatMap(({ child }) => child),
  };
}

/**
 * The endpoint that ports are published at: of the highest priority, then the first name; undefined when no network
 * leads out. With a family, the one where its default route leads: they differ when a network has IPv6 alone.
 */
export function gatewayEndpoint(
  { networks }: Container,
  { endpoints }: Sandbox,
  family?: AddressFamily,
): EndpointView | undefined {
  const priority = ({ network }: EndpointView): number =>
    networks.get(network.name)?.GwPriority ?? 0;
  const families = family === undefined ? addressFamilies : [family];
  return endpoints
    .filter(({ endpoint }) => families.some((one) => Boolean(endpoint[one]?.gateway)))
    .sort((a, b) => priority(b) - priority(a) || (a.network.name < b.network.name ? -1 : 1))[0];
}

/** Of which families the default routes lead through an endpoint. */
export function gatewayFamilies(
  container: Container,
  sandbox: Sandbox | undefined,
  view: EndpointView,
): readonly AddressFamily[] {
  if (sandbox === undefined) return [];
  return addressFamilies.filter((family) => gatewayEndpoint(container, sandbox, family) === view);
}
