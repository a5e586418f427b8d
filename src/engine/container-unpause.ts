/** `POST /containers/{id}/unpause`. */
import { KindError } from '../lib/errors.ts';
import type { Container } from './container/container.ts';
import { logContainerEvent, type Daemon } from './daemon.ts';
import { resumeHealth } from './health/health-monitor.ts';

export async function containerUnpause(daemon: Daemon, name: string): Promise<void> {
  const container = daemon.containers.find(name);
  await container.mutex.run(async () => {
    if (container.state.status !== 'paused')
      throw new KindError('system', `Container ${container.id} is not paused`);
    await thaw(daemon, container);
  });
}

/** Also for stop and kill: a frozen process takes no signal. */
export async function thaw(daemon: Daemon, container: Container): Promise<void> {
  const path = `${container.cgroup}/cgroup.freeze`;
  const cause = 'Let the processes of the container go on';
  await daemon.guest.apply({
    before: [{ operation: { op: 'write', path, content: '0' }, cause }],
  });
  if (container.state.status === 'paused') container.state.status = 'running';
  resumeHealth(daemon, container);
  logContainerEvent(daemon, container, { action: 'unpause' });
}
