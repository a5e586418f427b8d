/** One image of an archive becomes a stored one, when all its parts are what they claim to be. */
import { KindError } from '../../lib/errors.ts';
import type { Digest } from '../digest.ts';
import { parseImageConfig, type ImageConfig } from '../image-config.ts';
import type { ImageStore } from '../image-store.ts';
import type { IngestedLayer, LayerLease } from '../layer-store.ts';
import { matchPlatform, type Platform } from '../platform.ts';
import type { ImageArchive } from './read-archive.ts';

export interface ArchivedImageOptions {
  readonly store: ImageStore;
  readonly archive: ImageArchive;
  readonly lease: LayerLease;
  /** Only images of it. */
  readonly platform?: Platform | undefined;
  /** Called for each layer that was not there before, once, in order. */
  readonly onLayer: (layer: IngestedLayer) => void;
}

/** Undefined when it is of another platform. Rejects with Docker's words. */
export async function storeArchivedImage(
  parts: { readonly config: Uint8Array; readonly layerPaths: readonly string[] },
  { store, archive, lease, platform, onLayer }: ArchivedImageOptions,
): Promise<Digest | undefined> {
  const config: ImageConfig = parseImageConfig(parts.config);
  if (config.platform.os !== 'linux') {
    const message = `cannot load ${config.platform.os} image on linux`;
    throw new KindError('invalidParameter', message);
  }
  const isWanted =
    platform === undefined || matchPlatform([{ platform: config.platform }], platform).length > 0;
  if (!isWanted) return undefined;
  const { diffIds } = config;
  if (parts.layerPaths.length !== diffIds.length) {
    throw new KindError(
      'invalidParameter',
      `invalid manifest, layers length mismatch: expected ${parts.layerPaths.length}, got ${diffIds.length}`,
    );
  }
  for (const [index, diffId] of diffIds.entries()) {
    const path = parts.layerPaths[index] ?? '';
    lease.add(diffId);
    const known = await store.layers.info(diffId);
    const layer = known === undefined ? archive.layer(path) : archivedLayer(archive, path);
    if (layer?.diffId === diffId) {
      onLayer(layer);
      continue;
    }
    // As Docker: a layer that is here already need not be in the archive.
    if (known !== undefined) continue;
    if (layer === undefined)
      throw new KindError('notFound', `open ${path}: no such file or directory`);
    throw new KindError(
      'invalidParameter',
      `invalid diffID for layer ${index}: expected ${JSON.stringify(diffId)}, got ${JSON.stringify(layer.diffId)}`,
    );
  }
  return store.put(parts.config);
}

/** Undefined for what is no layer, too. */
function archivedLayer(archive: ImageArchive, path: string): IngestedLayer | undefined {
  try {
    return archive.layer(path);
  } catch {
    return undefined;
  }
}
