/** `GET /containers/{id}/export`: the whole root as a tar, without volumes. */
import { errorKind, errorMessage, KindError } from '../lib/errors.ts';
import { openRoot } from './container/container-files.ts';
import { whenDone } from './container/when-done.ts';
import { idsOf, logContainerEvent, type Daemon } from './daemon.ts';

/** The stream holds the root open until it ends or is cancelled. */
export async function containerExport(
  daemon: Daemon,
  name: string,
): Promise<ReadableStream<Uint8Array>> {
  const container = daemon.containers.find(name);
  if (container.state.status === 'dead') {
    const message = `You cannot export container ${container.id} which is Dead`;
    throw new KindError('conflict', message);
  }
  if (container.removing) {
    const message = `You cannot export container ${container.id} which is being removed`;
    throw new KindError('conflict', message);
  }
  try {
    const { root, close } = await openRoot(daemon, container);
    const tar = daemon.guest.readTar('/', { root, bare: true, ...idsOf(daemon) });
    return whenDone(tar, async () => {
      await close();
      logContainerEvent(daemon, container, { action: 'export' });
    });
  } catch (error) {
    const message = `Error exporting container ${name}: ${errorMessage(error)}`;
    throw new KindError(errorKind(error), message, { cause: error });
  }
}
