/** `POST /containers/{id}/stop`: a polite signal, some patience, then SIGKILL. */
import { errorKind, errorMessage, KindError } from '../lib/errors.ts';
import type { Container } from './container/container.ts';
import { signalRun } from './container/signal-run.ts';
import { thaw } from './container-unpause.ts';
import { logContainerEvent, type Daemon } from './daemon.ts';
import type { ContainerStopOptions } from './server/backend/container-backend.ts';
import { parseSignal, sigkill } from './signals.ts';

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
    throw new KindError(errorKind(error), message, { cause: error });
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
  container.stopRequested = true;
  const { run } = container;
  if (run === undefined) {
    if (container.state.status === 'restarting') container.state.status = 'exited';
    return;
  }
  await send(daemon, container, signal);
  if (container.state.status === 'paused') await thaw(daemon, container);
  if (seconds < 0) {
    await run.finished;
  } else {
    const stop = new AbortController();
    const patience = daemon.clock.delay(seconds * 1000, stop.signal).catch(() => {});
    await Promise.race([run.finished, patience]);
    stop.abort();
    if (container.run === run) {
      await send(daemon, container, sigkill);
      await run.finished;
    }
  }
  logContainerEvent(daemon, container, { action: 'stop' });
}

/** A process that is gone already needs no signal. */
async function send(daemon: Daemon, container: Container, signal: number): Promise<void> {
  if (container.run !== undefined)
    await signalRun(daemon, container.run.process, signal).catch((error: unknown) => {
      if (errorKind(error) !== 'notFound') throw error;
    });
  const attributes = { signal: String(signal) };
  logContainerEvent(daemon, container, { action: 'kill', attributes });
}
