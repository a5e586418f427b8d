/** The containers whose namespaces another joins by `--network`, `--ipc` and `--pid container:…`. */
import type { NamespaceName } from '../../guest/plan.ts';
import { errorMessage, KindError } from '../../lib/errors.ts';
import type { Daemon } from '../daemon.ts';
import { containerOfMode } from '../spec/namespace-mode.ts';
import { containerPaths } from '../spec/paths.ts';
import { containerIds } from '../spec/user-namespace.ts';
import type { Container } from './container.ts';

export interface JoinedContainers {
  /** Processes in whose namespaces the container is to be. */
  readonly pids: Readonly<Partial<Record<NamespaceName, number>>>;
  /** Whose network it is: its hostname and files of /etc come along. */
  readonly network?: Container;
  /** Where the shared memory of `--ipc container:…` and `--ipc host` is. */
  readonly sharedMemory?: string;
}

/** Rejects in dockerd's words, which differ from mode to mode, when one of them cannot be joined. */
export function findJoined(daemon: Daemon, container: Container): JoinedContainers {
  const { NetworkMode, IpcMode, PidMode } = container.hostConfig;
  const network = networkContainer(daemon, container, containerOfMode(NetworkMode));
  const ipc = ipcContainer(daemon, containerOfMode(IpcMode));
  const pid = pidContainer(daemon, containerOfMode(PidMode));
  const sharedMemory = ipc?.memory ?? (IpcMode === 'host' ? '/dev/shm' : undefined);
  return {
    pids: {
      ...(network === undefined ? {} : { net: network.state.pid }),
      ...(ipc === undefined ? {} : { ipc: ipc.container.state.pid }),
      ...(pid === undefined ? {} : { pid: pid.state.pid }),
      ...joinedUsers(daemon, [network, ipc?.container, pid]),
    },
    ...(network === undefined ? {} : { network }),
    ...(sharedMemory === undefined ? {} : { sharedMemory }),
  };
}

/** Whoever has a namespace in common with another has its users too: only they may do something there. */
function joinedUsers(
  { ids }: Daemon,
  others: readonly (Container | undefined)[],
): { readonly user?: number } {
  const remapped = others.find(
    (other) => other !== undefined && containerIds(ids, other.hostConfig) !== undefined,
  );
  return remapped === undefined ? {} : { user: remapped.state.pid };
}

function networkContainer(
  daemon: Daemon,
  container: Container,
  name: string | undefined,
): Container | undefined {
  if (name === undefined) return undefined;
  const system = (message: string): KindError => new KindError('system', message);
  const other = find(daemon, name, (message) =>
    system(`joining network namespace of container: ${message}`),
  );
  if (other === container) throw system('cannot join own network namespace');
  if (!other.isRunning) {
    const message = `cannot join network namespace of a non running container: container ${other.name} is ${other.state.status}`;
    throw new KindError('conflict', message);
  }
  if (other.state.status === 'restarting')
    throw system(`cannot join network namespace of container: ${restarting(name)}`);
  return other;
}

function ipcContainer(
  daemon: Daemon,
  name: string | undefined,
): { readonly container: Container; readonly memory: string } | undefined {
  if (name === undefined) return undefined;
  const prefix = 'failed to join IPC namespace: ';
  const container = find(
    daemon,
    name,
    (message) => new KindError('invalidParameter', prefix + message),
  );
  if (!container.isRunning)
    throw new KindError('conflict', `${prefix}container ${name} is not running`);
  if (container.state.status === 'restarting')
    throw new KindError('conflict', prefix + restarting(name));
  const memory = sharedMemoryOf(daemon, container);
  if (memory !== undefined) return { container, memory };
  const message = `${prefix}container ${name}: non-shareable IPC (hint: use IpcMode:shareable for the donor container)`;
  throw new KindError('invalidParameter', message);
}

/** A container may pass on what it joined itself. */
function sharedMemoryOf(daemon: Daemon, { id, hostConfig }: Container): string | undefined {
  if (hostConfig.IpcMode === 'host') return '/dev/shm';
  if (hostConfig.IpcMode === 'shareable') return containerPaths(id).sharedMemory;
  return ipcContainer(daemon, containerOfMode(hostConfig.IpcMode))?.memory;
}

function pidContainer(daemon: Daemon, name: string | undefined): Container | undefined {
  if (name === undefined) return undefined;
  const failure = (message: string): KindError =>
    new KindError('system', `failed to join PID namespace: ${message}`);
  const other = find(daemon, name, failure);
  if (!other.isRunning) throw failure(`container ${name} is not running`);
  if (other.state.status === 'restarting') throw failure(restarting(name));
  return other;
}

function find(daemon: Daemon, name: string, failure: (message: string) => KindError): Container {
  try {
    return daemon.containers.find(name);
  } catch (error) {
    throw failure(errorMessage(error));
  }
}

function restarting(name: string): string {
  return `Container ${name} is restarting, wait until the container is running`;
}
