/** `POST /containers/{id}/resize`. */
import { KindError } from '../lib/errors.ts';
import { logContainerEvent, type Daemon } from './daemon.ts';
import type { TerminalSize } from './server/backend/streams.ts';

export async function containerResize(
  daemon: Daemon,
  name: string,
  size: TerminalSize,
): Promise<void> {
  const container = daemon.containers.find(name);
  if (container.run === undefined)
    throw new KindError('conflict', `container ${container.id} is not running`);
  await container.run.process.resize(size.columns, size.rows);
  const attributes = { height: String(size.rows), width: String(size.columns) };
  logContainerEvent(daemon, container, { action: 'resize', attributes });
}
