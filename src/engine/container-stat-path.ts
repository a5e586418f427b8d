/** `HEAD /containers/{id}/archive`: what a path of a container is. */
import type { ContainerPathStat } from '../api/container.ts';
import type { FileStat } from '../guest/guest.ts';
import { errorKind, errorMessage, KindError } from '../lib/errors.ts';
import { archivePath, baseName, noSuchFile } from './container/archive-path.ts';
import { openView } from './container/container-files.ts';
import { followSymlinks, statIfThere } from './container/follow-symlinks.ts';
import type { Daemon } from './daemon.ts';
import { rfc3339NanoOf } from './timestamps.ts';

export async function containerStatPath(
  daemon: Daemon,
  name: string,
  path: string,
): Promise<ContainerPathStat> {
  const container = daemon.containers.find(name);
  const files = await openView(daemon, container);
  try {
    return (await statPath(daemon, { name, path, root: files.root })).wire;
  } finally {
    await files.close();
  }
}

/** In a view that is open already. Rejects `notFound` in Docker's words. */
export async function statPath(
  daemon: Daemon,
  { name, path, root }: { readonly name: string; readonly path: string; readonly root: string },
): Promise<{ readonly wire: ContainerPathStat; readonly status: FileStat }> {
  const absolute = archivePath(path);
  const status = await lstat(daemon, absolute, root);
  if (status === undefined) throw noSuchFile(path, name);
  const isLink = status.type === 'symlink';
  const target = isLink ? await followSymlinks(daemon.guest, absolute, { root }) : undefined;
  const wire = {
    name: baseName(absolute),
    size: status.sizeBytes,
    mode: goFileMode(status),
    mtime: rfc3339NanoOf(status.mtimeSeconds, status.mtimeNanoseconds),
    linkTarget: target?.path ?? '',
  };
  return { wire, status };
}

async function lstat(daemon: Daemon, path: string, root: string): Promise<FileStat | undefined> {
  try {
    return await statIfThere(daemon.guest, path, root);
  } catch (error) {
    if (!errorMessage(error).endsWith('ENOTDIR')) throw error;
    const kind = errorKind(error) === 'invalidParameter' ? 'system' : errorKind(error);
    throw new KindError(kind, `lstat ${path}: not a directory`, { cause: error });
  }
}

const typeBits: Readonly<Record<FileStat['type'], number>> = {
  file: 0,
  dir: 2 ** 31,
  symlink: 2 ** 27,
  block: 2 ** 26,
  fifo: 2 ** 25,
  socket: 2 ** 24,
  char: 2 ** 26 + 2 ** 21,
};

/** The bits of Go's `os.FileMode`, which are not those of Unix. */
export function goFileMode({ type, mode }: Pick<FileStat, 'type' | 'mode'>): number {
  const setuid = (mode & 0o4000) === 0 ? 0 : 2 ** 23;
  const setgid = (mode & 0o2000) === 0 ? 0 : 2 ** 22;
  const sticky = (mode & 0o1000) === 0 ? 0 : 2 ** 20;
  return typeBits[type] + setuid + setgid + sticky + (mode & 0o777);
}
