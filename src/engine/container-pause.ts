/** `POST /containers/{id}/pause`: the cgroup's freezer. */
import { KindError } from '../lib/errors.ts';
import { logContainerEvent, type Daemon } from './daemon.ts';
import { stopHealth } from './health/health-monitor.ts';

export async function containerPause(daemon: Daemon, name: string): Promise<void> {
  const container = daemon.containers.find(name);
  await container.mutex.run(async () => {
    const { status } = container.state;
    if (status === 'paused')
      throw new KindError('conflict', `Container ${container.id} is already paused`);
    if (status === 'restarting') {
      const message = `Container ${container.id} is restarting, wait until the container is running`;
      throw new KindError('conflict', message);
    }
    if (status !== 'running')
      throw new KindError('conflict', `container ${container.id} is not running`);
    const path = `${container.cgroup}/cgroup.freeze`;
    const cause = 'Freeze every process of the container';
    await daemon.guest.apply({
      before: [{ operation: { op: 'write', path, content: '1' }, cause }],
    });
    container.state.status = 'paused';
    stopHealth(container);
  });
  logContainerEvent(daemon, container, { action: 'pause' });
}
