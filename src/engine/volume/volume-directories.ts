/** The directories of a container's volumes, which are made when they are first needed. */
import type { SetupStep } from '../../guest/plan.ts';
import type { Container } from '../container/container.ts';
import type { Daemon } from '../daemon.ts';
import type { MountPoint } from '../spec/mount-point.ts';
import { volumeDir } from '../spec/paths.ts';
import { step } from '../spec/step.ts';
import { ownerSteps } from '../spec/user-namespace.ts';
import { volumeMountpoint } from './volume-table.ts';

/** Directories for the volumes that have none. */
export function volumeSteps(daemon: Daemon, container: Container): SetupStep[] {
  return unprepared(daemon, container).flatMap(({ name }) => {
    const path = volumeMountpoint(name);
    return [
      step({ op: 'mkdir', path, mode: 0o755, parents: true }, 'Make the directory of a new volume'),
      ...ownerSteps([volumeDir(name), path], daemon.owner),
    ];
  });
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
