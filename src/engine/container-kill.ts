/** `POST /containers/{id}/kill`. */
import { errorKind, errorMessage, KindError } from '../lib/errors.ts';
import { signalContainer } from './container-signal.ts';
import type { Daemon } from './daemon.ts';
import { parseSignal, sigkill, signalNumberMax } from '../lib/signals.ts';

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
  if (/^[0-9]+$/.test(text) && Number(text) > signalNumberMax)
    throw new KindError('invalidParameter', `the linux daemon does not support signal ${text}`);
  const signal = parseSignal(text);
  const container = daemon.containers.find(name);
  const { run } = container;
  const ended = container.isRunning ? container.wait('not-running') : undefined;
  await signalContainer(daemon, container, signal);
  if (signal !== sigkill) return;
  await ended;
  await run?.finished;
}
