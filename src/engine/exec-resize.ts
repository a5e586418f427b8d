/** `POST /exec/{id}/resize`. */
import { KindError } from '../lib/errors.ts';
import type { Daemon } from './daemon.ts';
import type { TerminalSize } from './server/backend/streams.ts';

export async function execResize(daemon: Daemon, id: string, size: TerminalSize): Promise<void> {
  const exec = daemon.execs.find(id);
  if (exec.process === undefined || exec.state !== 'running')
    throw new KindError('conflict', `exec process is not started`);
  await exec.process.resize(size.columns, size.rows);
}
