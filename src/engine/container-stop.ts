/** `POST /containers/{id}/stop`: a polite signal, some patience, then SIGKILL. */
import { errorMessage, KindError } from '../lib/errors.ts';
import type { Container } from './container/container.ts';
import { signalContainer } from './container-signal.ts';
import { logContainerEvent, type Daemon } from './daemon.ts';
import type { ContainerStopOptions } from './server/backend/container-backend.ts';
import { parseSignal, sigkill } from '../lib/signals.ts';

const stopTimeoutSecondsDefault = 10;

export async function containerStop(
  daemon: Daemon,
  name: string,
  options: ContainerStopOptions,
): Promise<void> {
  const container = daemon.containers.find(name);
  if (!container.isRunning) throw new KindError('notModified', 'container is already stopped');
  try {
    await stopContainer(daemon, container, options);
  } catch (error) {
    const message = `cannot stop container: ${name}: ${errorMessage(error)}`;
    throw new KindError('system', message, { cause: error });
  }
}

export async function stopContainer(
  daemon: Daemon,
  container: Container,
  options: ContainerStopOptions,
): Promise<void> {
  const signal = parseSignal(options.signal ?? (container.config.StopSignal || 'TERM'));
  const seconds =
    options.timeoutSeconds ?? container.config.StopTimeout ?? stopTimeoutSecondsDefault;
  const { run } = container;
  const ended = container.wait('not-running');
  await signalContainer(daemon, container, signal);
  if (seconds >= 0 && !(await endsWithin(daemon, ended, seconds)) && container.isRunning)
    await signalContainer(daemon, container, sigkill);
  await ended;
  await run?.finished;
  logContainerEvent(daemon, container, { action: 'stop' });
}

async function endsWithin(
  daemon: Daemon,
  ended: Promise<unknown>,
  seconds: number,
): Promise<boolean> {
  const stop = new AbortController();
  const patience = daemon.clock.delay(seconds * 1000, stop.signal).then(
    () => false,
    () => true,
  );
  const result = await Promise.race([ended.then(() => true), patience]);
  stop.abort();
  return result;
}
