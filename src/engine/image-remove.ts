/** `DELETE /images/{name}`. */
import type { ImageDeleteItem } from '../api/image.ts';
import { imageDelete } from '../image/image-delete.ts';
import type { Daemon } from './daemon.ts';

export async function imageRemove(
  daemon: Daemon,
  name: string,
  options: { readonly force: boolean; readonly noPrune: boolean },
): Promise<ImageDeleteItem[]> {
  const items = await imageDelete(daemon.images, {
    image: name,
    force: options.force,
    usersOf: (imageId) =>
      daemon.containers
        .list()
        .filter((container) => container.imageId === imageId)
        .map(({ id, isRunning }) => ({ containerId: id, isRunning })),
  });
  for (const item of items) {
    const untagged = 'Untagged' in item;
    const id = untagged ? item.Untagged : item.Deleted;
    if (!untagged) daemon.accounts.delete(id);
    const action = untagged ? 'untag' : 'delete';
    daemon.events.publish({ type: 'image', action, id, attributes: { name: id } });
  }
  return items;
}
