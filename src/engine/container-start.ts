/**
 * `POST /containers/{id}/start`: one plan for everything, so that a start is one round trip. A start
 * that fails leaves nothing mounted.
 */
import type { ContainerConfig } from '../api/container.ts';
import type { GuestProcess, RunOptions } from '../guest/guest.ts';
import type { SetupPlan } from '../guest/plan.ts';
import { KindError } from '../lib/errors.ts';
import { hostnameFile } from './container/etc-files.ts';
import { closeNetwork, networksOf, openNetwork } from './network/container-network.ts';
import { logNetworkEvent } from './network/network-events.ts';
import { linkEnvironment } from './network/links.ts';
import { replaceOrAppendEnv } from './spec/environment.ts';
import { hostsFileOf, resolvConfFileOf } from './network/name-files.ts';
import { publishPorts, unpublishPorts } from './network/publish-ports.ts';
import type { EndpointSteps } from './network/link-steps.ts';
import { InputRelay } from './container/process-io.ts';
import { prepareRoot, type PreparedRoot } from './container/prepare-root.ts';
import { findJoined, type JoinedContainers } from './container/joined-containers.ts';
import { findDevices } from './container/machine-devices.ts';
import { setupFailure, startError } from './container/start-error.ts';
import type { Container } from './container/container.ts';
import { RestartManager } from './container/restart-policy.ts';
import { superviseRun } from './container/supervise.ts';
import { removeContainer } from './container-remove.ts';
import { logContainerEvent, type Daemon } from './daemon.ts';
import { applyEach } from './guest-plans.ts';
import { startHealth } from './health/health-monitor.ts';
import { checkLogDriver } from './log/log-limits.ts';
import { saveContainer } from './state/keep-state.ts';
import { containerKey } from './state/process-keys.ts';
import { compileSpec } from './spec/compile-spec.ts';
import { containerPlan, type ContainerFiles } from './spec/container-plan.ts';
import { resolveUser } from './spec/passwd.ts';
import { containerPaths } from './spec/paths.ts';
import { containerIds } from './spec/user-namespace.ts';
import { logVolumesMounted, logVolumesUnmounted } from './volume/volume-events.ts';
import { layerDirs, removeCgroupStep, stopSteps, unmountSteps } from './spec/root-plan.ts';
import { execFailureExit } from './container/exec-failure.ts';

export async function containerStart(daemon: Daemon, name: string): Promise<void> {
  const container = daemon.containers.find(name);
  await container.mutex.run(() => startAnew(daemon, container));
}

/** A start that a user asked for: what came before no longer counts. The caller holds the mutex. */
export async function startAnew(daemon: Daemon, container: Container): Promise<void> {
  if (container.state.status === 'restarting')
    throw new KindError('notModified', 'container is already running');
  checkStartable(container);
  container.restarts = new RestartManager();
  container.restartCount = 0;
  container.manuallyStopped = false;
  await startContainer(daemon, container);
}

function checkStartable(container: Container): void {
  const { status } = container.state;
  if (status === 'paused')
    throw new KindError('conflict', 'cannot start a paused container, try unpause instead');
  if (status === 'running') throw new KindError('notModified', 'container is already running');
  if (container.removing || status === 'dead' || status === 'removing') {
    const message = 'container is marked for removal and cannot be started';
    throw new KindError('conflict', message);
  }
}

/** The caller holds the container's mutex. */
export async function startContainer(daemon: Daemon, container: Container): Promise<void> {
  checkStartable(container);
  let root: PreparedRoot | undefined;
  let plan: SetupPlan = { before: [] };
  let told = false;
  try {
    checkLogDriver(container);
    const joined = findJoined(daemon, container);
    await daemon.volumeMounts.hold(daemon, container, container.id);
    root = await prepareRoot(daemon, container);
    const network = openNetwork(daemon, container);
    await publishPorts(daemon, container);
    for (const one of networksOf(daemon, container))
      logNetworkEvent(daemon, one, { action: 'connect', container: container.id });
    logVolumesMounted(daemon, container);
    told = true;
    plan = await buildPlan(daemon, { container, root, joined, network });
    const process = await daemon.guest.run(plan, {
      stdio: stdioOf(container),
      ...namesOf(daemon, container),
      key: containerKey(container.id),
    });
    begin(daemon, { container, process });
  } catch (error) {
    const failed = await execFailureExit(daemon, { container, error });
    await takeDown(daemon, { container, error, rootMounted: root?.mounted === true, told });
    if (failed) return removeIfAsked(daemon, container);
    const known = startError(error, { plan, args: container.args, exec: false });
    container.state.error = known.error.message;
    container.state.exitCode = known.exitCode;
    saveContainer(daemon, container);
    container.output.end();
    await removeIfAsked(daemon, container);
    throw known.error;
  }
}

/** The container's program runs when its names are resolved, not before. */
function namesOf(daemon: Daemon, { id }: Container): Pick<RunOptions, 'prepare'> {
  if (daemon.networks.sandboxOf(id)?.embeddedDns !== true) return {};
  return { prepare: (pid) => daemon.names.open(id, pid) };
}

async function removeIfAsked(daemon: Daemon, container: Container): Promise<void> {
  if (container.hostConfig.AutoRemove === true) await removeContainer(daemon, container);
}

function stdioOf(container: Container): { stdin: boolean; stdout: boolean; stderr: boolean } {
  return { stdin: container.config.OpenStdin === true, stdout: true, stderr: true };
}

async function buildPlan(
  daemon: Daemon,
  {
    container,
    root,
    joined,
    network,
  }: {
    container: Container;
    root: PreparedRoot;
    joined: JoinedContainers;
    network: EndpointSteps;
  },
): Promise<SetupPlan> {
  const { id, config, hostConfig, args, mountPoints } = container;
  const devices = await findDevices(daemon.guest, hostConfig);
  const ids = containerIds(daemon.ids, hostConfig);
  const user = resolveUser(config.User ?? '', root.accounts, hostConfig.GroupAdd ?? []);
  const spec = compileSpec({
    id,
    config: withLinks(namedAs(config, joined.network), linkEnvironment(daemon, container)),
    secretEnv: container.secretEnv,
    hostConfig,
    args,
    user,
    mountPoints,
    layerDirs: layerDirs(container.diffIds),
    fileMounts: root.fileMounts,
    joinPids: joined.pids,
    devices,
    ...(ids === undefined ? {} : { ids }),
    ...(daemon.ids === undefined ? {} : { owner: daemon.owner }),
    ...(joined.network === undefined ? {} : { etcOwner: joined.network.id }),
    ...(joined.sharedMemory === undefined ? {} : { joinedMemory: joined.sharedMemory }),
  });
  return containerPlan(spec, {
    rootSteps: root.steps,
    metadata: metadataFiles(daemon, container, joined.network !== undefined),
    network,
  });
}

/** A shared network has one host name. */
function namedAs(config: ContainerConfig, network: Container | undefined): ContainerConfig {
  if (network === undefined) return config;
  const { Hostname = '', Domainname = '' } = network.config;
  return { ...config, Hostname, Domainname };
}

/** What the container's own configuration says goes before what links tell. */
function withLinks(config: ContainerConfig, variables: readonly string[]): ContainerConfig {
  return variables.length === 0
    ? config
    : { ...config, Env: replaceOrAppendEnv(variables, config.Env ?? []) };
}

/** Who shares another's network has its names too, and no files of its own. */
function metadataFiles(daemon: Daemon, container: Container, shared: boolean): ContainerFiles {
  const { id, config } = container;
  const paths = containerPaths(id);
  return {
    directory: paths.metadata,
    files: shared
      ? []
      : [
          { path: paths.hostname, content: hostnameFile(config) },
          { path: paths.hosts, content: hostsFileOf(daemon, container) },
          { path: paths.resolvConf, content: resolvConfFileOf(daemon, container) },
        ],
  };
}

function begin(
  daemon: Daemon,
  { container, process }: { container: Container; process: GuestProcess },
): void {
  Object.assign(container.state, {
    status: 'running',
    pid: process.pid,
    exitCode: 0,
    error: '',
    oomKilled: false,
    startedMs: daemon.clock.now(),
    finishedMs: 0,
  });
  container.startedBefore = true;
  container.input.connect(process.stdin);
  const finished = superviseRun(daemon, { container, process, restart: startContainer });
  container.run = { process, finished };
  startHealth(daemon, container);
  logContainerEvent(daemon, container, { action: 'start' });
}

/** Undoes as much of the plan as was done. */
async function takeDown(
  daemon: Daemon,
  options: {
    readonly container: Container;
    readonly error: unknown;
    readonly rootMounted: boolean;
    /** Events said that networks are connected and volumes mounted. */
    readonly told: boolean;
  },
): Promise<void> {
  const { container, error, rootMounted } = options;
  const networks = networksOf(daemon, container);
  container.input.end();
  container.input = new InputRelay();
  const failure = setupFailure(error);
  const ranBefore = failure !== undefined && failure.section !== 'before';
  await unpublishPorts(daemon, container);
  const links = closeNetwork(daemon, container);
  const network = failure === undefined ? [] : links;
  if (ranBefore) await applyEach(daemon.guest, [...network, ...stopSteps(container)]);
  else if (rootMounted || failure !== undefined)
    await applyEach(daemon.guest, [
      ...network,
      ...unmountSteps(container),
      removeCgroupStep(container),
    ]);
  await daemon.volumeMounts.release(daemon, container.id);
  if (!options.told) return;
  for (const one of networks)
    logNetworkEvent(daemon, one, { action: 'disconnect', container: container.id });
  logVolumesUnmounted(daemon, container);
}
