/** `POST /images/prune`. */
import type { ImageDeleteItem, ImagesPruneResponse } from '../api/image.ts';
import { imageDelete } from '../image/image-delete.ts';
import { createdMsOf, type StoredImage } from '../image/image-store.ts';
import { referenceText } from '../image/reference.ts';
import { chainIds } from '../image/chain-id.ts';
import { errorKind } from '../lib/errors.ts';
import type { Daemon } from './daemon.ts';
import { checkFilters, filterFlag, matchesLabels, untilMsOf } from './filters.ts';
import { deletionContext } from './image-remove.ts';
import type { Filters } from './server/backend/filters.ts';

/** Removes images without a tag, or with `dangling=false` all that no container uses. */
export async function imagesPrune(daemon: Daemon, filters: Filters): Promise<ImagesPruneResponse> {
  checkFilters(filters, ['dangling', 'label', 'label!', 'until']);
  const danglingOnly = filterFlag(filters, 'dangling', true);
  const untilMs = untilMsOf(filters, daemon.clock.now());
  const images = await daemon.images.list();
  const sizes = await layerSizes(images);
  const parents = new Set(images.map(({ parent }) => parent));
  const deleted: ImageDeleteItem[] = [];
  for (const image of images) {
    const hasNames = image.repoTags.length + image.repoDigests.length > 0;
    if (parents.has(image.id) && (danglingOnly || !hasNames)) continue;
    if (danglingOnly && image.repoTags.length > 0) continue;
    if (createdMsOf(image) > untilMs || !hasLabels(image, filters)) continue;
    deleted.push(...(await removeQuietly(daemon, image)));
  }
  const spaceReclaimed = deleted.reduce(
    (sum, item) => sum + ('Deleted' in item ? (sizes.get(item.Deleted) ?? 0) : 0),
    0,
  );
  daemon.events.publish({
    type: 'image',
    action: 'prune',
    id: '',
    attributes: { reclaimed: String(spaceReclaimed) },
  });
  return {
    ImagesDeleted: deleted.length === 0 ? null : deleted,
    SpaceReclaimed: spaceReclaimed,
  };
}

/** Name by name, so that what a container uses stays whole. */
async function removeQuietly(daemon: Daemon, image: StoredImage): Promise<ImageDeleteItem[]> {
  const references = await daemon.images.references.of(image.id);
  const names = references.length > 0 ? references.map(referenceText) : [image.id];
  const deleted: ImageDeleteItem[] = [];
  for (const name of names) {
    try {
      const items = await imageDelete(daemon.images, { image: name, ...deletionContext(daemon) });
      deleted.push(...items);
    } catch (error) {
      // In use, or gone with another name.
      if (!['conflict', 'notFound'].includes(errorKind(error))) throw error;
    }
  }
  return deleted;
}

function hasLabels({ config }: StoredImage, filters: Filters): boolean {
  const { Labels: labels } = config.config;
  if (!matchesLabels(filters, 'label', labels)) return false;
  return !filters.has('label!') || !matchesLabels(filters, 'label!', labels);
}

/** Bytes of each layer, by the chainID that a deletion names it with. */
async function layerSizes(images: readonly StoredImage[]): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  for (const { layers } of images) {
    const chains = await chainIds(layers.map(({ diffId }) => diffId));
    for (const [depth, chain] of chains.entries()) sizes.set(chain, layers[depth]?.sizeBytes ?? 0);
  }
  return sizes;
}
