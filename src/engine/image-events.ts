/** Events about images carry the image's labels and a name, which is the ID where no reference is at hand. */
import type { Digest } from '../image/digest.ts';
import type { Daemon } from './daemon.ts';

export async function logImageEvent(
  daemon: Daemon,
  action: string,
  event: { readonly id: Digest | string; readonly name?: string },
): Promise<void> {
  // A deleted image has no labels any more.
  const image = await daemon.images.resolve(event.id).catch(() => undefined);
  const attributes = { ...image?.config.config.Labels, name: event.name ?? event.id };
  daemon.events.publish({ type: 'image', action, id: event.id, attributes });
}
