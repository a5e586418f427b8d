/** `POST /containers/{id}/rename`. */
import { errorKind, errorMessage, KindError } from '../lib/errors.ts';
import { logContainerEvent, type Daemon } from './daemon.ts';

export async function containerRename(
  daemon: Daemon,
  name: string,
  newName: string,
): Promise<void> {
  if ([name, newName].some((text) => text.trim().replace(/^\//, '') === ''))
    throw new KindError('invalidParameter', 'Neither old nor new names may be empty');
  const container = daemon.containers.find(name);
  const oldName = container.name;
  if (newName.trim().replace(/^\//, '') === oldName) {
    const message = 'Renaming a container with the same name as its current name';
    throw new KindError('invalidParameter', message);
  }
  try {
    container.name = daemon.containers.reserve(container.id, withSlash(newName), daemon.random);
  } catch (error) {
    const message = `Error when allocating new name: ${errorMessage(error)}`;
    throw new KindError(errorKind(error), message, { cause: error });
  }
  daemon.containers.release(oldName);
  const attributes = { oldName: `/${oldName}` };
  logContainerEvent(daemon, container, { action: 'rename', attributes });
}

/** Errors show it so. */
function withSlash(name: string): string {
  return name.trim().replace(/^\/?/, '/');
}
