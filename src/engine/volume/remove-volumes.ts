/** Removes the anonymous volumes of a container that is going. */
import type { Container } from '../container/container.ts';
import type { Daemon } from '../daemon.ts';
import { applyEach } from '../guest-plans.ts';
import { volumeDir } from '../spec/paths.ts';
import { logVolumeEvent } from './volume-events.ts';
import { volumeUsers } from './volume-users.ts';

export async function removeVolumes(daemon: Daemon, container: Container): Promise<void> {
  const names = container.mountPoints
    .filter(({ type }) => type === 'volume')
    .map(({ name }) => name)
    .filter((name) => daemon.volumes.get(name)?.anonymous === true)
    .filter((name) => volumeUsers(daemon, name).length === 0);
  if (names.length === 0) return;
  await removeVolumeDirs(daemon, names);
  logVolumesDestroyed(daemon, names);
}

/** Pruned ones are not told of one by one. */
export function logVolumesDestroyed(daemon: Daemon, names: readonly string[]): void {
  for (const name of names)
    logVolumeEvent(daemon, name, { action: 'destroy', attributes: { driver: 'local' } });
}

export async function removeVolumeDirs(daemon: Daemon, names: readonly string[]): Promise<void> {
  const prepared = names.filter((name) => daemon.volumes.get(name)?.prepared === true);
  for (const name of names) daemon.volumes.delete(name);
  // The records go first: a crash in between leaves directories that the next start sweeps.
  await daemon.state.settled();
  if (prepared.length > 0)
    await applyEach(
      daemon.guest,
      prepared.map((name) => ({
        operation: { op: 'removeTree', path: volumeDir(name) },
        cause: 'Delete a volume and all that is in it',
      })),
    );
}
