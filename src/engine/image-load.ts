/** `POST /images/load`. */
import { loadArchive } from '../image/archive/load-archive.ts';
import { progressMessage } from '../registry/progress.ts';
import type { Daemon } from './daemon.ts';
import { logImageEvent } from './image-events.ts';
import type { ImageLoadOptions } from './server/backend/image-backend.ts';

export async function imageLoad(daemon: Daemon, options: ImageLoadOptions): Promise<void> {
  const { body, quiet, platform, onProgress, signal } = options;
  await loadArchive(body, {
    store: daemon.images,
    ...(platform === undefined ? {} : { platform }),
    ...(signal === undefined ? {} : { signal }),
    onText: (line) => onProgress({ stream: `${line}\n` }),
    onLayer: ({ diffId, tarBytes }) => {
      if (quiet) return;
      const id = diffId.slice('sha256:'.length, 'sha256:'.length + 12);
      const bytes = { current: tarBytes, total: tarBytes };
      onProgress({ ...progressMessage('Loading layer', bytes), id });
    },
    onImage: (id) => logImageEvent(daemon, 'load', { id }),
  });
}
