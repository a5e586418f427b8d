/** `POST /networks/{name}/connect` and `…/disconnect`. */
import type { EndpointSettings } from '../api/network.ts';
import type { SetupStep } from '../guest/plan.ts';
import { errorKind, errorMessage, KindError } from '../lib/errors.ts';
import type { Network } from '../network/model.ts';
import type { EndpointView } from '../network/network-view.ts';
import type { Container } from './container/container.ts';
import type { Daemon } from './daemon.ts';
import { applyEach } from './guest-plans.ts';
import { gatewayEndpoint, gatewayFamilies, joinNetwork } from './network/container-network.ts';
import { endpointSysctls } from './network/endpoint-sysctls.ts';
import {
  addressFamilies,
  endpointRemoveSteps,
  endpointSteps,
  gatewaySteps,
  type AddressFamily,
} from './network/link-steps.ts';
import { hostsStep, resolvConfFileOf, resolvConfSteps } from './network/name-files.ts';
import { logNetworkEvent } from './network/network-events.ts';
import { publishPorts, unpublishPorts } from './network/publish-ports.ts';
import { endpointProblem } from './spec/check-networking-config.ts';
import { step } from './spec/step.ts';
import { saveContainer } from './state/keep-state.ts';

export async function networkConnect(
  daemon: Daemon,
  name: string,
  options: { readonly container: string; readonly endpoint: EndpointSettings },
): Promise<void> {
  const container = daemon.containers.find(options.container);
  const network = daemon.networks.find(name);
  await container.mutex.run(async () => {
    checkConnectable(container, network);
    const problem = endpointProblem(network.name, options.endpoint, network.askedRanges);
    if (problem !== undefined) throw new KindError('invalidParameter', problem);
    container.networks.set(network.name, options.endpoint);
    try {
      if (container.run !== undefined) await connectRunning(daemon, container, network);
    } catch (error) {
      container.networks.delete(network.name);
      throw new KindError(errorKind(error), errorMessage(error), { cause: error });
    }
    saveContainer(daemon, container);
  });
}

function checkConnectable(container: Container, network: Network): void {
  const mode = container.hostConfig.NetworkMode ?? '';
  const invalid = (message: string): KindError => new KindError('invalidParameter', message);
  if (container.removing || container.state.status === 'dead') {
    const message = `Container ${container.id} is marked for removal and cannot be connected or disconnected to the network`;
    throw new KindError('conflict', message);
  }
  if (mode !== 'host' && network.driver === 'host')
    throw invalid(
      'container cannot be disconnected from host network or connected to host network',
    );
  const isKnown = container.networks.has(network.name);
  const isShared = mode.startsWith('container:') || (mode === 'host' && !isKnown);
  if (isShared)
    throw invalid(
      'container sharing network namespace with another container or host cannot be connected to any other network',
    );
  const others = [...container.networks.keys()].filter((name) => name !== network.name);
  if (others.includes('none') || (network.name === 'none' && others.length > 0))
    throw invalid(
      'container cannot be connected to multiple networks with one of the networks in private (none) mode',
    );
  if (!container.networks.has(network.name)) return;
  if (container.run === undefined) return;
  const message = `endpoint with name ${container.name} already exists in network ${network.name}`;
  throw new KindError('forbidden', message);
}

async function connectRunning(
  daemon: Daemon,
  container: Container,
  network: Network,
): Promise<void> {
  const before = waysOut(daemon, container);
  const view = joinNetwork(daemon, { container, name: network.name });
  const isWayOut = wayOut(daemon, container) === view;
  const { pid } = container.state;
  const steps = endpointSteps(network, view.endpoint, {
    pid,
    gateways: gatewayFamilies(container, daemon.networks.sandboxOf(container.id), view),
    sysctls: endpointSysctls(container.networks.get(network.name), view.endpoint),
  });
  try {
    await daemon.guest.apply({
      before: [
        ...steps.before,
        ...steps.parent,
        hostsStep(daemon, container),
        enterStep(pid),
        ...steps.child,
      ],
    });
  } catch (error) {
    daemon.networks.leave(container.id, network.id);
    const back = waySteps(before);
    await applyEach(daemon.guest, endpointRemoveSteps(view.endpoint));
    if (back.length > 0) await daemon.guest.apply({ before: [enterStep(pid), ...back] });
    throw error;
  }
  if (view.userDefined) await startNames(daemon, container);
  if (isWayOut) await movePorts(daemon, container);
  logNetworkEvent(daemon, network, { action: 'connect', container: container.id });
}

/** A container that was on no network with names until now gets its name service. */
async function startNames(daemon: Daemon, container: Container): Promise<void> {
  if (daemon.networks.sandboxOf(container.id)?.embeddedDns !== false) return;
  const before = resolvConfFileOf(daemon, container);
  daemon.networks.resolveNames(container.id);
  await daemon.names.open(container.id, container.state.pid);
  await applyEach(daemon.guest, await resolvConfSteps(daemon, container, before));
}

export async function networkDisconnect(
  daemon: Daemon,
  name: string,
  options: { readonly container: string; readonly force: boolean },
): Promise<void> {
  const network = daemon.networks.find(name);
  const container = findLeaving(daemon, options);
  await container.mutex.run(async () => {
    if (network.driver === 'host' && container.hostConfig.NetworkMode === 'host') {
      const message =
        'container cannot be disconnected from host network or connected to host network';
      throw new KindError('invalidParameter', message);
    }
    if (!container.networks.has(network.name)) {
      const which = container.run === undefined ? 'the network' : 'network';
      const message = `container ${container.id} is not connected to ${which} ${network.name}`;
      throw new KindError('system', message);
    }
    if (container.run !== undefined) await disconnectRunning(daemon, container, network);
    container.networks.delete(network.name);
    saveContainer(daemon, container);
    // Of one that runs, dockerd tells twice: of the endpoint, and of what was asked.
    logNetworkEvent(daemon, network, { action: 'disconnect', container: container.id });
  });
}

/** Forced, an endpoint is looked for, whoever has it: each one is some container's here. */
function findLeaving(
  daemon: Daemon,
  options: { readonly container: string; readonly force: boolean },
): Container {
  try {
    return daemon.containers.find(options.container);
  } catch (error) {
    if (!options.force) throw error;
    throw new KindError('notFound', `endpoint ${options.container} not found`, { cause: error });
  }
}

async function disconnectRunning(
  daemon: Daemon,
  container: Container,
  network: Network,
): Promise<void> {
  const sandbox = daemon.networks.sandboxOf(container.id);
  const view = sandbox?.endpoints.find((one) => one.network.id === network.id);
  if (view === undefined) return;
  const wasWayOut = wayOut(daemon, container) === view;
  const families = gatewayFamilies(container, sandbox, view);
  if (wasWayOut) await unpublishPorts(daemon, container);
  daemon.networks.leave(container.id, network.id);
  const next = waysOut(daemon, container).filter(({ family }) => families.includes(family));
  const { interfaceName: link } = view.endpoint;
  const cause = 'The container leaves this network';
  const steps: SetupStep[] = [
    hostsStep(daemon, container),
    enterStep(container.state.pid),
    ...(link === '' ? [] : [step({ op: 'linkDelete', name: link, missingOk: true }, cause)]),
    ...waySteps(next),
  ];
  await daemon.guest.apply({ before: steps });
  if (wasWayOut) await movePorts(daemon, container);
  logNetworkEvent(daemon, network, { action: 'disconnect', container: container.id });
}

/** Ports are published where the way out is. One that cannot be moved is published no more. */
async function movePorts(daemon: Daemon, container: Container): Promise<void> {
  await unpublishPorts(daemon, container);
  await publishPorts(daemon, container).catch(() => undefined);
}

interface Way {
  readonly family: AddressFamily;
  readonly view: EndpointView;
}

/** Where the default routes lead. */
function waysOut(daemon: Daemon, container: Container): readonly Way[] {
  const sandbox = daemon.networks.sandboxOf(container.id);
  if (sandbox === undefined) return [];
  return addressFamilies.flatMap((family) => {
    const view = gatewayEndpoint(container, sandbox, family);
    return view === undefined ? [] : [{ family, view }];
  });
}

function waySteps(ways: readonly Way[]): SetupStep[] {
  return ways.flatMap(({ family, view }) => gatewaySteps(view.network, view.endpoint, [family]));
}

function wayOut(daemon: Daemon, container: Container): ReturnType<typeof gatewayEndpoint> {
  const sandbox = daemon.networks.sandboxOf(container.id);
  return sandbox === undefined ? undefined : gatewayEndpoint(container, sandbox);
}

function enterStep(pid: number): SetupStep {
  return step(
    { op: 'setns', pid, namespaces: ['net'] },
    'Enter the container’s network namespace, to change what is in there',
  );
}
