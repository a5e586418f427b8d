/** Events of volumes. */
import type { Container } from '../container/container.ts';
import type { Daemon } from '../daemon.ts';
import type { MountPoint } from '../spec/mount-point.ts';

/** Somebody begins to use the volumes of a container: its run, or whoever copies its files. */
export function logVolumesMounted(daemon: Daemon, container: Container): void {
  for (const { name, destination, readWrite, propagation } of volumesOf(container))
    logVolumeEvent(daemon, name, {
      action: 'mount',
      attributes: {
        container: container.id,
        destination,
        driver: 'local',
        propagation,
        'read/write': String(readWrite),
      },
    });
}

export function logVolumesUnmounted(daemon: Daemon, container: Container): void {
  for (const { name } of volumesOf(container))
    logVolumeEvent(daemon, name, {
      action: 'unmount',
      attributes: { container: container.id, driver: 'local' },
    });
}

/** `id` is empty for what is about no volume. */
export function logVolumeEvent(
  daemon: Daemon,
  id: string,
  options: {
    readonly action: 'create' | 'mount' | 'unmount' | 'destroy' | 'prune';
    readonly attributes: Readonly<Record<string, string>>;
  },
): void {
  daemon.events.publish({ type: 'volume', id, ...options });
}

function volumesOf({ mountPoints }: Container): readonly MountPoint[] {
  return mountPoints.filter(({ type }) => type === 'volume');
}
