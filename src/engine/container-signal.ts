/** Sending a signal for a user, with what it means for restart policies and for a paused container. */
import { errorKind, KindError } from '../lib/errors.ts';
import type { Container } from './container/container.ts';
import { signalRun } from './container/signal-run.ts';
import { thaw } from './container-unpause.ts';
import { logContainerEvent, type Daemon } from './daemon.ts';
import { parseSignal, sigkill } from '../lib/signals.ts';

/**
 * Any signal counts as a stop, unless the container names its own stop signal: then only that one does.
 * A frozen process takes none, so a stop thaws it. During a back-off there is no process, and the stop
 * ends the waiting.
 */
export async function signalContainer(
  daemon: Daemon,
  container: Container,
  signal: number,
): Promise<void> {
  const { status } = container.state;
  if (!container.isRunning)
    throw new KindError('conflict', `container ${container.id} is not running`);
  const own = container.config.StopSignal ?? '';
  const stops = own === '' || signal === sigkill || parseSignal(own) === signal;
  container.manuallyStopped = true;
  if (stops) container.exitOnNext();
  if (status === 'restarting') return;
  // A process that is gone already needs no signal.
  if (container.run !== undefined)
    await signalRun(daemon, container.run.process, signal).catch((error: unknown) => {
      if (errorKind(error) !== 'notFound') throw error;
    });
  const attributes = { signal: String(signal) };
  logContainerEvent(daemon, container, { action: 'kill', attributes });
  if (stops && container.state.status === 'paused') await thaw(daemon, container);
}
