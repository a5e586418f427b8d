/** `PUT /containers/{id}/archive`: unpacks an archive into a directory of a container. */
import { strangerError } from '../guest/id-mapping.ts';
import { decompress } from '../image/decompress.ts';
import { errorMessage, KindError } from '../lib/errors.ts';
import { noSuchFile } from './container/archive-path.ts';
import { checkArchive } from './container/check-archive.ts';
import { openView } from './container/container-files.ts';
import type { Container } from './container/container.ts';
import { followSymlinks } from './container/follow-symlinks.ts';
import { idsOf, logContainerEvent, type Daemon } from './daemon.ts';
import { readAccountFiles } from './exec/container-user.ts';
import type { ContainerExtractOptions } from './server/backend/container-backend.ts';
import { cleanPath } from './spec/mount-point.ts';
import { resolveUser } from './spec/passwd.ts';

/** What was unpacked before an error stays, as in Docker. */
export async function containerExtractToDir(
  daemon: Daemon,
  name: string,
  options: ContainerExtractOptions,
): Promise<void> {
  const container = daemon.containers.find(name);
  const { root, close } = await openView(daemon, container);
  try {
    const { path, status } = await followSymlinks(daemon.guest, options.path, { root });
    if (status === undefined) throw noSuchFile(options.path, name);
    if (status.type !== 'dir')
      throw new KindError('invalidParameter', 'extraction point is not a directory');
    checkWritable(container, path);
    await extract(daemon, { ...options, container, path, root });
  } finally {
    await close();
  }
  logContainerEvent(daemon, container, { action: 'extract-to-dir' });
}

async function extract(
  daemon: Daemon,
  options: ContainerExtractOptions & { readonly container: Container; readonly root: string },
): Promise<void> {
  const { container, path, root } = options;
  const owner = options.copyUidGid ? await ownerOf(daemon, container, root) : undefined;
  const tar = checkArchive(decompress(options.tar), path);
  try {
    await daemon.guest.writeTar(path, tar, {
      root,
      keepKinds: options.noOverwriteDirNonDir,
      ...idsOf(daemon),
      ...(owner === undefined ? {} : { owner }),
    });
  } catch (error) {
    throw inDockerWords(error, path);
  }
}

/** A volume decides for what lies in it, the root's own setting for all else. */
function checkWritable({ mountPoints, hostConfig }: Container, path: string): void {
  const mount = mountPoints
    .filter(({ destination }) => path === destination || path.startsWith(`${destination}/`))
    .sort((a, b) => b.destination.length - a.destination.length)[0];
  const refuse = (what: string) => new KindError('invalidParameter', `${what} is marked read-only`);
  if (mount !== undefined && !mount.readWrite) throw refuse('mounted volume');
  if (mount === undefined && hostConfig.ReadonlyRootfs === true) throw refuse('container rootfs');
}

/** The container's user, by its own files; undefined leaves the archive's owners. */
async function ownerOf(
  daemon: Daemon,
  container: Container,
  root: string,
): Promise<{ readonly uid: number; readonly gid: number } | undefined> {
  const user = container.config.User ?? '';
  if (user === '') return undefined;
  const { uid, gid } = resolveUser(user, await readAccountFiles(daemon, root), []);
  return { uid, gid };
}

/** The agent says which entry it could not put in the place of what. */
function inDockerWords(error: unknown, directory: string): unknown {
  const stranger = /^Cannot map the owner "([0-9]+)"/.exec(errorMessage(error))?.[1];
  if (stranger !== undefined) return strangerError(stranger, error);
  const match = /^Cannot replace "(.*)": (EISDIR|ENOTDIR)$/s.exec(errorMessage(error));
  if (match === null) return error;
  const place = cleanPath(match[1] ?? '');
  const errno = match[2];
  const [old, fresh] =
    errno === 'EISDIR' ? ['directory', 'non-directory'] : ['non-directory', 'directory'];
  const message = `cannot overwrite ${old} "${place}" with ${fresh} "${directory}"`;
  return new KindError('system', message, { cause: error });
}
