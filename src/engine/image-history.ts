/** `GET /images/{name}/history`. */
import type { ImageHistoryItem } from '../api/image.ts';
import type { Daemon } from './daemon.ts';

/** Newest first. The sizes are those of the layers, in order, of the entries that have one. */
export async function imageHistory(daemon: Daemon, name: string): Promise<ImageHistoryItem[]> {
  const { id, config, layers, repoTags } = await daemon.images.resolve(name);
  let layer = 0;
  const items = config.history.map((entry): ImageHistoryItem => {
    const size = entry.emptyLayer ? 0 : (layers[layer]?.sizeBytes ?? 0);
    if (!entry.emptyLayer) layer += 1;
    return {
      Comment: entry.comment ?? '',
      Created: Math.floor((Date.parse(entry.created ?? '') || 0) / 1000),
      CreatedBy: entry.createdBy ?? '',
      Id: '<missing>',
      Size: size,
      Tags: null,
    };
  });
  const newest = items.at(-1);
  if (newest !== undefined) items[items.length - 1] = { ...newest, Id: id, Tags: repoTags };
  return items.reverse();
}
