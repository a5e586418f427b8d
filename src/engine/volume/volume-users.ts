/** Which containers have a volume mounted, running or not. */
import type { Container } from '../container/container.ts';
import type { Daemon } from '../daemon.ts';

export function volumeUsers(daemon: Daemon, name: string): readonly Container[] {
  return daemon.containers
    .list()
    .filter(({ mountPoints }) =>
      mountPoints.some((point) => point.type === 'volume' && point.name === name),
    );
}
