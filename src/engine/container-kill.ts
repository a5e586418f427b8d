/** `POST /containers/{id}/kill`. */
import { errorKind, errorMessage, KindError } from '../lib/errors.ts';
import { signalRun } from './container/signal-run.ts';
import { logContainerEvent, type Daemon } from './daemon.ts';
import { parseSignal, sigkill } from './signals.ts';
import { thaw } from './container-unpause.ts';

/** SIGKILL also waits for the end; any other signal is only sent. */
export async function containerKill(
  daemon: Daemon,
  name: string,
  options: { readonly signal?: string },
): Promise<void> {
  try {
    await kill(daemon, name, options.signal ?? 'KILL');
  } catch (error) {
    const message = `cannot kill container: ${name}: ${errorMessage(error)}`;
    throw new KindError(errorKind(error), message, { cause: error });
  }
}

async function kill(daemon: Daemon, name: string, text: string): Promise<void> {
  const signal = parseSignal(text);
  const container = daemon.containers.find(name);
  const { run } = container;
  if (run === undefined)
    throw new KindError('conflict', `container ${container.id} is not running`);
  const stopSignal = parseSignal(container.config.StopSignal || 'TERM');
  if (signal === sigkill || signal === stopSignal) container.stopRequested = true;
  await signalRun(daemon, run.process, signal).catch((error: unknown) => {
    if (errorKind(error) !== 'notFound') throw error;
  });
  const attributes = { signal: String(signal) };
  logContainerEvent(daemon, container, { action: 'kill', attributes });
  if (signal !== sigkill) return;
  if (container.state.status === 'paused') await thaw(daemon, container);
  await run.finished;
}
