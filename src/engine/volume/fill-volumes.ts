/** Copies the image's files into the empty volumes of a container that is being made. */
import { errorKind, errorMessage, KindError } from '../../lib/errors.ts';
import type { Container } from '../container/container.ts';
import { mountRootSteps } from '../container/container-files.ts';
import { followSymlinks } from '../container/follow-symlinks.ts';
import type { Daemon } from '../daemon.ts';
import { applyEach } from '../guest-plans.ts';
import type { MountPoint } from '../spec/mount-point.ts';
import { containerPaths, volumeDir } from '../spec/paths.ts';
import { unmountStep } from '../spec/root-plan.ts';
import { volumesPrepared, volumeSteps } from './volume-directories.ts';
import { isOwnMount } from './volume-mounts.ts';
import { volumeMountpoint } from './volume-table.ts';
import { volumeUsers } from './volume-users.ts';

/** For a container that nobody knows of yet; its root is mounted for so long. */
export async function fillVolumes(daemon: Daemon, container: Container): Promise<void> {
  const fresh = volumeSteps(daemon, container);
  const points = container.mountPoints.filter(({ type, copy }) => type === 'volume' && copy);
  const rootSteps = points.length === 0 ? [] : mountRootSteps(daemon, container);
  if (fresh.length + rootSteps.length === 0) return;
  const holder = `create ${container.id}`;
  try {
    await daemon.guest.apply({ before: [...fresh, ...rootSteps] });
    volumesPrepared(daemon, container);
    for (const point of points) {
      const from = await imageDirectory(daemon, container, point);
      if (from === undefined) continue;
      await daemon.volumeMounts.hold(daemon, container, holder);
      await fillVolume(daemon, point, { from, merged: containerPaths(container.id).merged });
    }
  } catch (error) {
    const message = `failed to populate volume: ${errorMessage(error)}`;
    throw new KindError(errorKind(error), message, { cause: error });
  } finally {
    await daemon.volumeMounts.release(daemon, holder);
    if (rootSteps.length > 0) await applyEach(daemon.guest, [unmountStep(container.id)]);
  }
}

/** Undefined when the image has nothing to fill a volume with. */
async function imageDirectory(
  { guest }: Daemon,
  { id }: Container,
  { destination }: MountPoint,
): Promise<string | undefined> {
  const root = containerPaths(id).merged;
  const { path, status } = await followSymlinks(guest, destination, { root });
  return status?.type === 'dir' ? path : undefined;
}

/**
 * A tar stream goes through here because both of its ends stay inside their directories, whatever the
 * image's symlinks say.
 */
async function fillVolume(
  daemon: Daemon,
  point: MountPoint,
  { from, merged }: { readonly from: string; readonly merged: string },
): Promise<void> {
  const { guest } = daemon;
  const root = volumeMountpoint(point.name);
  const target = `/${point.subpath ?? ''}`;
  if (!(await isEmpty(daemon, target, root))) return;
  const tar = guest.readTar(from, { root: merged, name: '.' });
  // The volume's own directory gets the owner and mode of the image's; one inside it keeps what it has.
  if (point.subpath !== undefined) await guest.writeTar(target, tar, { root });
  else if (isShared(daemon, point)) await guest.writeTar(root, tar);
  else await replaceVolume(daemon, point.name, tar);
}

/** A subpath that is not there is told when the container starts. */
async function isEmpty(daemon: Daemon, path: string, root: string): Promise<boolean> {
  try {
    return (await daemon.guest.readDirectory(path, { root })).length === 0;
  } catch (error) {
    if (['notFound', 'invalidParameter'].includes(errorKind(error))) return false;
    throw error;
  }
}

/** Somebody else may look at it, or it is not the directory that could be replaced. */
function isShared(daemon: Daemon, { name }: MountPoint): boolean {
  const volume = daemon.volumes.get(name);
  const isUsed = volumeUsers(daemon, name).some(
    ({ isRunning, rootUsers }) => isRunning || rootUsers > 0,
  );
  return isUsed || (volume !== undefined && isOwnMount(volume));
}

/** Unpacked beside the volume, it takes its place whole, whenever the machine stops. */
async function replaceVolume(
  daemon: Daemon,
  name: string,
  tar: ReadableStream<Uint8Array>,
): Promise<void> {
  const { guest } = daemon;
  const staging = `${volumeDir(name)}/_copy`;
  const data = volumeMountpoint(name);
  const cause = 'Start the new volume with what the image has there';
  await guest.apply({
    before: [
      { operation: { op: 'removeTree', path: staging }, cause },
      { operation: { op: 'mkdir', path: staging, mode: 0o755, parents: true }, cause },
    ],
  });
  await guest.writeTar(staging, tar);
  await guest.apply({
    before: [
      { operation: { op: 'sync', path: staging }, cause: 'What takes the volume’s place is whole' },
      { operation: { op: 'removeTree', path: data }, cause },
      { operation: { op: 'rename', from: staging, to: data }, cause },
    ],
  });
}
