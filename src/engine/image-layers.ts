/** `GET /bottleship/images/{name}/layers`: what each step of an image left, for who wants to see into it. */
import {
  layerFilesMax,
  type ImageLayer,
  type ImageLayers,
  type ImageLayerStep,
} from '../api/image-layers.ts';
import { layerChanges, type LayerChange, type LayerChanges } from '../image/layer-changes.ts';
import { decodeLayerIndex } from '../image/layer-index-codec.ts';
import type { LayerInfo } from '../image/layer-store.ts';
import type { Daemon } from './daemon.ts';
import { findImage } from './image-find.ts';

/** Read from the layers' indexes: nothing is mounted or unpacked for it. */
export async function imageLayers(daemon: Daemon, name: string): Promise<ImageLayers> {
  const image = await findImage(daemon, name);
  const indexes = [];
  for (const { diffId } of image.layers)
    indexes.push(decodeLayerIndex(await daemon.images.layers.index(diffId)));
  const changes = layerChanges(indexes);
  let next = 0;
  const steps = image.config.history.map((entry): ImageLayerStep => {
    const at = entry.emptyLayer ? undefined : next++;
    const layer = at === undefined ? undefined : image.layers[at];
    const change = at === undefined ? undefined : changes[at];
    return {
      CreatedBy: entry.createdBy ?? '',
      Created: entry.created ?? '',
      ...(layer === undefined || change === undefined ? {} : { Layer: wireLayer(layer, change) }),
    };
  });
  return {
    Id: image.id,
    Steps: steps,
    WastedBytes: changes.reduce((sum, { wastedBytes }) => sum + wastedBytes, 0),
    Size: image.sizeBytes,
  };
}

function wireLayer(
  { diffId, sizeBytes }: LayerInfo,
  { changes, wastedBytes }: LayerChanges,
): ImageLayer {
  const count = (kind: LayerChange['change']) =>
    changes.filter(({ change }) => change === kind).length;
  return {
    DiffId: diffId,
    Size: sizeBytes,
    Added: count('added'),
    Changed: count('changed'),
    Removed: count('removed'),
    WastedBytes: wastedBytes,
    Files: changes.slice(0, layerFilesMax).map(({ path, change, type, sizeBytes: size }) => ({
      Path: path,
      Change: change,
      Type: type,
      Size: size,
    })),
  };
}
