/** Makes the directories of new volumes and copies the image's files into the empty ones. */
import type { SetupStep } from '../../guest/plan.ts';
import { errorKind } from '../../lib/errors.ts';
import type { Container } from '../container/container.ts';
import type { Daemon } from '../daemon.ts';
import type { MountPoint } from '../spec/mount-point.ts';
import { containerPaths, volumeDir } from '../spec/paths.ts';
import { volumeMountpoint } from './volume-table.ts';

/** Directories for the volumes that have none. */
export function volumeSteps(daemon: Daemon, container: Container): SetupStep[] {
  return unprepared(daemon, container).map(({ name }) => ({
    operation: { op: 'mkdir', path: volumeMountpoint(name), mode: 0o755, parents: true },
    cause: 'Make the directory of a new volume',
  }));
}

/** The container's root is mounted. */
export async function fillVolumes(daemon: Daemon, container: Container): Promise<void> {
  await Promise.all(
    unprepared(daemon, container).map(async (point) => {
      if (point.copy) await fillVolume(daemon, { container, point });
      daemon.volumes.setPrepared(point.name, true);
    }),
  );
}

function unprepared(daemon: Daemon, container: Container): readonly MountPoint[] {
  return container.mountPoints.filter(
    ({ type, name }) => type === 'volume' && daemon.volumes.get(name)?.prepared !== true,
  );
}

/**
 * A tar stream goes through here because both of its ends stay inside their directories, whatever the
 * image's symlinks say. It is unpacked beside the volume and takes its place whole.
 */
async function fillVolume(
  daemon: Daemon,
  { container, point }: { container: Container; point: MountPoint },
): Promise<void> {
  const { guest } = daemon;
  const root = containerPaths(container.id).merged;
  const status = await guest.stat(point.destination, { root }).catch((error: unknown) => {
    if (errorKind(error) === 'notFound') return undefined;
    throw error;
  });
  if (status?.type !== 'dir') return;
  const directory = volumeDir(point.name);
  const staging = `${directory}/_copy`;
  // Somebody on the machine may have been there first.
  if ((await guest.readDirectory(volumeMountpoint(point.name))).length > 0) return;
  const data = volumeMountpoint(point.name);
  const base = point.destination.split('/').at(-1) ?? '';
  const cause = 'Start the new volume with what the image has there';
  await guest.apply({
    before: [{ operation: { op: 'mkdir', path: staging, mode: 0o700, parents: true }, cause }],
  });
  await guest.writeTar(staging, guest.readTar(point.destination, { root }));
  await guest.apply({
    before: [
      { operation: { op: 'sync', path: staging }, cause: 'What takes the volume’s place is whole' },
      { operation: { op: 'removeTree', path: data }, cause },
      { operation: { op: 'rename', from: `${staging}/${base}`, to: data }, cause },
      { operation: { op: 'removeTree', path: staging }, cause },
    ],
  });
}
