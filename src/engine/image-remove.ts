/** `DELETE /images/{name}`. */
import type { ImageDeleteItem } from '../api/image.ts';
import { imageDelete, type ImageDeleteOptions } from '../image/image-delete.ts';
import type { Daemon } from './daemon.ts';
import { logImageEvent } from './image-events.ts';
import { findImage } from './image-find.ts';
import type { ImagePlatform } from './server/backend/image-backend.ts';

export async function imageRemove(
  daemon: Daemon,
  name: string,
  {
    platform,
    ...options
  }: { readonly force: boolean; readonly noPrune: boolean; readonly platform?: ImagePlatform },
): Promise<ImageDeleteItem[]> {
  if (platform !== undefined) await findImage(daemon, name, platform);
  return imageDelete(daemon.images, { image: name, ...options, ...deletionContext(daemon) });
}

/** What a deletion has to know of the engine, and to tell it. */
export function deletionContext(daemon: Daemon): ImageDeleteOptions {
  return {
    usersOf: (imageId) =>
      daemon.containers
        .list()
        .filter((container) => container.imageId === imageId)
        .map(({ id, isRunning }) => ({ containerId: id, isRunning })),
    containerStacks: () => daemon.containers.list().map(({ diffIds }) => diffIds),
    onEvent: async ({ action, imageId }) => {
      if (action === 'delete') daemon.accounts.delete(imageId);
      await logImageEvent(daemon, action, { id: imageId });
    },
  };
}
