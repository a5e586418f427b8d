/** `POST /containers/{id}/exec`. */
import type { ExecCreateRequest } from '../api/exec.ts';
import { KindError } from '../lib/errors.ts';
import type { Container } from './container/container.ts';
import { parseDetachKeys, detachKeysDefault } from './container/detach-keys.ts';
import { logContainerEvent, randomId, type Daemon } from './daemon.ts';
import { containerUser } from './exec/container-user.ts';

export async function execCreate(
  daemon: Daemon,
  name: string,
  request: ExecCreateRequest,
): Promise<string> {
  const container = activeContainer(daemon, name);
  const args = request.Cmd ?? [];
  if (request.User) await checkUser(daemon, { container, user: request.User });
  const id = randomId(daemon.random);
  const [rows, columns] = request.ConsoleSize ?? [];
  daemon.execs.add({
    id,
    container,
    args,
    tty: request.Tty ?? false,
    env: request.Env ?? [],
    user: request.User || (container.config.User ?? ''),
    workingDirectory: request.WorkingDir || (container.config.WorkingDir ?? ''),
    privileged: request.Privileged ?? false,
    openStdin: request.AttachStdin ?? false,
    openStdout: request.AttachStdout ?? false,
    openStderr: request.AttachStderr ?? false,
    detachKeys: parseDetachKeys(request.DetachKeys || detachKeysDefault),
    ...(rows === undefined || columns === undefined ? {} : { size: { rows, columns } }),
    state: 'created',
    exitCode: null,
    pid: 0,
  });
  logContainerEvent(daemon, container, {
    action: `exec_create: ${args.join(' ')}`,
    attributes: { execID: id },
  });
  return id;
}

/** A wrong user is told here, before the client hijacks a connection. */
async function checkUser(
  daemon: Daemon,
  options: { readonly container: Container; readonly user: string },
): Promise<void> {
  try {
    await containerUser(daemon, options);
  } catch (error) {
    if (error instanceof KindError)
      throw new KindError('invalidParameter', error.message, { cause: error });
    throw error;
  }
}

/** The container, if commands can be run in it now. */
export function activeContainer(daemon: Daemon, name: string): Container {
  const container = daemon.containers.find(name);
  checkActive(container);
  return container;
}

export function checkActive(container: Container): void {
  const { id } = container;
  const conflict = (message: string) => new KindError('conflict', message);
  const { status } = container.state;
  if (status === 'paused')
    throw conflict(`Container ${id} is paused, unpause the container before exec`);
  if (status === 'restarting')
    throw conflict(`Container ${id} is restarting, wait until the container is running`);
  if (status !== 'running') throw conflict(`container ${id} is not running`);
}
