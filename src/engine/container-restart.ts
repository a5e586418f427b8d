/** `POST /containers/{id}/restart`. */
import { errorKind, errorMessage, KindError } from '../lib/errors.ts';
import { startAnew } from './container-start.ts';
import { stopContainer } from './container-stop.ts';
import { logContainerEvent, type Daemon } from './daemon.ts';
import type { ContainerStopOptions } from './server/backend/container-backend.ts';

/** A container with `--rm` outlives it. */
export async function containerRestart(
  daemon: Daemon,
  name: string,
  options: ContainerStopOptions,
): Promise<void> {
  const container = daemon.containers.find(name);
  container.manuallyRestarted = container.isRunning;
  try {
    if (container.isRunning) await stopContainer(daemon, container, options);
    await container.mutex.run(() => startAnew(daemon, container));
  } catch (error) {
    const message = `Cannot restart container ${name}: ${errorMessage(error)}`;
    throw new KindError(errorKind(error), message, { cause: error });
  } finally {
    container.manuallyRestarted = false;
  }
  logContainerEvent(daemon, container, { action: 'restart' });
}
