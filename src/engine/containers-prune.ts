/** `POST /containers/prune`. */
import type { ContainersPruneResponse } from '../api/container.ts';
import { removeContainer } from './container-remove.ts';
import type { Daemon } from './daemon.ts';
import { checkFilters, matchesLabels, untilMsOf } from './filters.ts';
import type { Filters } from './server/backend/filters.ts';

export async function containersPrune(
  daemon: Daemon,
  filters: Filters,
): Promise<ContainersPruneResponse> {
  checkFilters(filters, ['label', 'label!', 'until']);
  const untilMs = untilMsOf(filters, daemon.clock.now());
  const deleted: string[] = [];
  for (const container of daemon.containers.list()) {
    const { createdMs, config, removing } = container;
    if (container.isRunning || removing || createdMs >= untilMs) continue;
    if (!matchesLabels(filters, 'label', config.Labels)) continue;
    if (filters.has('label!') && matchesLabels(filters, 'label!', config.Labels)) continue;
    await container.mutex.run(() => removeContainer(daemon, container, { volumes: false }));
    deleted.push(container.id);
  }
  daemon.events.publish({
    type: 'container',
    action: 'prune',
    id: '',
    attributes: { reclaimed: '0' },
  });
  return { ContainersDeleted: deleted.length === 0 ? null : deleted, SpaceReclaimed: 0 };
}
