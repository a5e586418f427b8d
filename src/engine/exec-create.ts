/** `POST /containers/{id}/exec`. */
import type { ExecCreateRequest } from '../api/exec.ts';
import { KindError } from '../lib/errors.ts';
import type { Container } from './container/container.ts';
import { parseDetachKeys } from './container/detach-keys.ts';
import { logContainerEvent, randomId, type Daemon } from './daemon.ts';
import { containerUser } from './exec/container-user.ts';
import { newExecState } from './exec/exec-table.ts';

export async function execCreate(
  daemon: Daemon,
  name: string,
  request: ExecCreateRequest,
): Promise<string> {
  const container = daemon.containers.find(name);
  checkActive(container, name);
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
    detachKeys: escapeKeys(request.DetachKeys ?? ''),
    ...(rows === undefined || columns === undefined ? {} : { size: { rows, columns } }),
    ...newExecState(),
  });
  logContainerEvent(daemon, container, {
    action: `exec_create: ${commandOf(args)}`,
    attributes: { execID: id },
  });
  return id;
}

/** dockerd has other words for them than at an attachment, and no kind. */
function escapeKeys(text: string): Uint8Array {
  try {
    return parseDetachKeys(text);
  } catch (error) {
    throw new KindError('system', `Invalid escape keys (${text}) provided`, { cause: error });
  }
}

/** As the events show it: with a space after the program even when no argument follows. */
export function commandOf([program = '', ...args]: readonly string[]): string {
  return `${program} ${args.join(' ')}`;
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

/** Whether commands can be run in it now; `name` is how the client calls it. */
export function checkActive(container: Container, name = container.id): void {
  const { id, state, isRunning } = container;
  const conflict = (message: string) => new KindError('conflict', message);
  if (!isRunning) throw conflict(`container ${id} is not running`);
  if (state.status === 'paused')
    throw conflict(`Container ${name} is paused, unpause the container before exec`);
  if (state.status === 'restarting')
    throw conflict(`Container ${id} is restarting, wait until the container is running`);
}
