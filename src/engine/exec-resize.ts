/** `POST /exec/{id}/resize`. */
import { KindError } from '../lib/errors.ts';
import type { Daemon } from './daemon.ts';
import { checkActive } from './exec-create.ts';
import type { TerminalSize } from './server/backend/streams.ts';

/** A client may ask before the command runs; so long it is waited for. */
const readyMsMax = 10_000;

export async function execResize(daemon: Daemon, id: string, size: TerminalSize): Promise<void> {
  const exec = daemon.execs.find(id);
  checkActive(exec.container);
  const stop = new AbortController();
  const patience = daemon.clock.delay(readyMsMax, stop.signal).then(
    () => 'timeout' as const,
    () => undefined,
  );
  const late = await Promise.race([exec.started, patience]);
  stop.abort();
  if (late === 'timeout') throw new KindError('system', 'timeout waiting for exec session ready');
  if (exec.process === undefined)
    throw new KindError('invalidParameter', 'exec process is not started');
  if (exec.state !== 'running') throw new KindError('system', 'process already finished');
  await exec.process.resize(size.columns, size.rows);
}
