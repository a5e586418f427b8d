/** `POST /containers/{id}/restart`. */
import { errorKind, errorMessage, KindError } from '../lib/errors.ts';
import { startContainer } from './container-start.ts';
import { stopContainer } from './container-stop.ts';
import { logContainerEvent, type Daemon } from './daemon.ts';
import type { ContainerStopOptions } from './server/backend/container-backend.ts';

export async function containerRestart(
  daemon: Daemon,
  name: string,
  options: ContainerStopOptions,
): Promise<void> {
  const container = daemon.containers.find(name);
  try {
    if (container.isRunning) await stopContainer(daemon, container, options);
    await container.mutex.run(() => startContainer(daemon, container));
  } catch (error) {
    const message = `Cannot restart container ${name}: ${errorMessage(error)}`;
    throw new KindError(errorKind(error), message, { cause: error });
  }
  logContainerEvent(daemon, container, { action: 'restart' });
}
