/** `GET /images/{name}/history`. */
import type { ImageHistoryItem } from '../api/image.ts';
import type { StoredImage } from '../image/image-store.ts';
import { KindError } from '../lib/errors.ts';
import type { Daemon } from './daemon.ts';
import { findImage } from './image-find.ts';
import type { ImagePlatform } from './server/backend/image-backend.ts';

/** Newest first. The sizes are those of the layers, in order, of the entries that have one. */
export async function imageHistory(
  daemon: Daemon,
  name: string,
  options: { readonly platform?: ImagePlatform } = {},
): Promise<ImageHistoryItem[]> {
  const image = await findImage(daemon, name, options.platform);
  const owners = await lineage(daemon, image);
  let layer = 0;
  const items = image.config.history.map((entry) => {
    const size = entry.emptyLayer ? 0 : image.layers[layer]?.sizeBytes;
    if (size === undefined)
      throw new KindError('system', 'too many non-empty layers in History section');
    if (!entry.emptyLayer) layer += 1;
    return {
      Comment: entry.comment ?? '',
      Created: Math.floor((Date.parse(entry.created ?? '') || 0) / 1000),
      CreatedBy: entry.createdBy ?? '',
      Size: size,
    };
  });
  return items.reverse().map((item, index) => {
    const owner = owners[index];
    const tags = owner?.repoTags ?? [];
    return { ...item, Id: owner?.id ?? '<missing>', Tags: tags.length === 0 ? null : tags };
  });
}

/** The image and those it was made from on this host: one for each entry of its history, from the newest on. */
async function lineage(daemon: Daemon, image: StoredImage): Promise<StoredImage[]> {
  const owners = [image];
  for (let last = image; last.parent !== undefined;) {
    if (owners.length >= image.config.history.length) break;
    if (!(await daemon.images.has(last.parent))) break;
    last = await daemon.images.get(last.parent);
    owners.push(last);
  }
  return owners;
}
