/** Publishes a container's ports while it runs. */
import type { GuestProcess } from '../../guest/guest.ts';
import { errorMessage, KindError } from '../../lib/errors.ts';
import type { EndpointView, PublishedPort } from '../../network/network-view.ts';
import type { Container } from '../container/container.ts';
import type { Daemon } from '../daemon.ts';
import { bridgeOptions } from './check-options.ts';
import { gatewayEndpoint } from './container-network.ts';
import { startProxy, stopProxy } from './port-proxy.ts';
import { portWishes } from './port-wishes.ts';
import { portRules, type Rule } from './rules.ts';

/** All of them or none: rejects in dockerd's words. Waits for the rules of the container's networks too. */
export async function publishPorts(daemon: Daemon, container: Container): Promise<void> {
  const sandbox = daemon.networks.sandboxOf(container.id);
  const view = sandbox === undefined ? undefined : gatewayEndpoint(container, sandbox);
  if (sandbox === undefined || view?.network.driver !== 'bridge') return;
  await daemon.packetFilter.ready();
  try {
    const ports = decidePorts(daemon, container, view);
    if (ports.length === 0) return;
    daemon.networks.publish(container.id, ports);
    await hold(daemon, container, ports);
    await daemon.packetFilter.add(daemon, rulesOf(daemon, container));
  } catch (error) {
    await unpublishPorts(daemon, container);
    const where = `endpoint ${container.name} (${view.endpoint.id})`;
    const message = `failed to set up container networking: driver failed programming external connectivity on ${where}: ${errorMessage(error)}`;
    throw new KindError('system', message, { cause: error });
  }
}

/** Also of a container that has none. Never rejects. */
export async function unpublishPorts(daemon: Daemon, container: Container): Promise<void> {
  const rules = rulesOf(daemon, container);
  const proxies = container.portProxies.splice(0);
  await Promise.all([daemon.packetFilter.remove(daemon, rules), ...proxies.map(stopProxy)]);
  daemon.networks.unpublish(container.id);
}

function decidePorts(daemon: Daemon, container: Container, view: EndpointView): PublishedPort[] {
  const { config, hostConfig, id, name } = container;
  const own = view.network.options[bridgeOptions.hostBinding] ?? '';
  const wishes = portWishes(config, hostConfig, own === '0.0.0.0' ? '' : own);
  const netnsPath = daemon.networks.sandboxOf(id)?.netnsPath ?? '';
  const v4 = view.endpoint.ipv4?.address ?? '';
  const v6 = view.endpoint.ipv6?.address ?? '';
  return daemon.networks.ports.take(wishes).map((mapping) => ({
    ...mapping,
    containerId: id,
    containerName: name,
    // Where the container lacks the family, docker-proxy passes on from the one to the other.
    containerAddress: mapping.hostAddress.includes(':') ? v6 || v4 : v4 || v6,
    netnsPath,
  }));
}

async function hold(
  daemon: Daemon,
  container: Container,
  ports: readonly PublishedPort[],
): Promise<void> {
  const started = await Promise.allSettled(ports.map((port) => startProxy(daemon, port)));
  const isStarted = (
    result: PromiseSettledResult<GuestProcess>,
  ): result is PromiseFulfilledResult<GuestProcess> => result.status === 'fulfilled';
  container.portProxies.push(...started.filter(isStarted).map(({ value }) => value));
  const failed = started.find((result) => !isStarted(result));
  if (failed?.status === 'rejected') throw failed.reason;
}

function rulesOf(daemon: Daemon, container: Container): Rule[] {
  const sandbox = daemon.networks.sandboxOf(container.id);
  return daemon.networks.portsOf(container.id).flatMap((port) => {
    const view = sandbox?.endpoints.find(({ endpoint: { ipv4, ipv6 } }) =>
      [ipv4?.address, ipv6?.address].includes(port.containerAddress),
    );
    return view === undefined ? [] : portRules(port, view.network.device);
  });
}
