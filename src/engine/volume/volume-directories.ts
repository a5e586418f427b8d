/** The directories of a container's volumes, which are made when they are first needed. */
import type { SetupStep } from '../../guest/plan.ts';
import type { Container } from '../container/container.ts';
import type { Daemon } from '../daemon.ts';
import type { MountPoint } from '../spec/mount-point.ts';
import { volumeMountpoint } from './volume-table.ts';

/** Directories for the volumes that have none. */
export function volumeSteps(daemon: Daemon, container: Container): SetupStep[] {
  return unprepared(daemon, container).map(({ name }) => ({
    operation: { op: 'mkdir', path: volumeMountpoint(name), mode: 0o755, parents: true },
    cause: 'Make the directory of a new volume',
  }));
}

/** The steps of `volumeSteps` were taken. */
export function volumesPrepared(daemon: Daemon, container: Container): void {
  for (const { name } of unprepared(daemon, container)) daemon.volumes.setPrepared(name, true);
}

function unprepared(daemon: Daemon, container: Container): readonly MountPoint[] {
  return container.mountPoints.filter(
    ({ type, name }) => type === 'volume' && daemon.volumes.get(name)?.prepared !== true,
  );
}
