/** `GET /containers/{id}/archive`: a path of a container as a tar stream. */
import type { ContainerPathStat } from '../api/container.ts';
import { archivePath, baseName } from './container/archive-path.ts';
import { openView } from './container/container-files.ts';
import { whenDone } from './container/when-done.ts';
import { statPath } from './container-stat-path.ts';
import { logContainerEvent, type Daemon } from './daemon.ts';

/** Names in the archive begin with the path's last component, as the user wrote it. */
export async function containerArchivePath(
  daemon: Daemon,
  name: string,
  path: string,
): Promise<{ readonly stat: ContainerPathStat; readonly tar: ReadableStream<Uint8Array> }> {
  const container = daemon.containers.find(name);
  const { root, close } = await openView(daemon, container);
  try {
    const { wire, status } = await statPath(daemon, { name, path, root });
    const absolute = archivePath(path);
    const base = baseName(absolute);
    const tar =
      status.type === 'dir'
        ? daemon.guest.readTar(`${absolute}/.`, { root, name: base === '/' ? '' : base })
        : daemon.guest.readTar(absolute, { root });
    logContainerEvent(daemon, container, { action: 'archive-path' });
    return { stat: wire, tar: whenDone(tar, close) };
  } catch (error) {
    await close();
    throw error;
  }
}
