/** `--cache-from`: what the cache is taken from before anything is built. */
import type { StoredImage } from '../../image/image-store.ts';
import type { LayerLease } from '../../image/layer-store.ts';
import {
  parseReference,
  referenceText,
  withDefaultTag,
  type Reference,
} from '../../image/reference.ts';
import { parseCsvLine } from '../../lib/csv.ts';
import { errorKind, KindError } from '../../lib/errors.ts';
import { parseBool } from '../../lib/go-numbers.ts';
import type { Daemon } from '../daemon.ts';
import type { ImageBuildOptions } from '../server/backend/build-backend.ts';
import type { BuildProgress } from './build-progress.ts';
import { during } from './during.ts';
import { takeInlineCache } from './inline-cache.ts';

/** The image that each source names. Throws `invalidParameter` for other stores than images. */
export function cacheReferences({ version, cacheFrom }: ImageBuildOptions): Reference[] {
  if (version === 1) return [];
  return cacheFrom.map((text) => {
    const { type, ref = '' } = fieldsOf(text);
    if (type !== 'registry')
      throw new KindError('invalidParameter', `unknown cache importer: ${type}`);
    return withDefaultTag(parseReference(ref));
  });
}

/** A reference alone is a registry's. */
function fieldsOf(text: string): { readonly type: string; readonly ref?: string } {
  const fields = parseCsvLine(text);
  const [first = ''] = fields;
  if (fields.length === 1 && !first.includes('=')) return { type: 'registry', ref: first };
  const pairs = fields.map((field): [string, string] => {
    const equals = field.indexOf('=');
    return equals < 0 ? [field, ''] : [field.slice(0, equals), field.slice(equals + 1)];
  });
  return { type: '', ...Object.fromEntries(pairs) };
}

/** Whether the image is to carry its cache. */
export function carriesCache({ version, buildArgs, cacheTo }: ImageBuildOptions): boolean {
  if (version === 1) return false;
  if (cacheTo.some((text) => fieldsOf(text).type === 'inline')) return true;
  try {
    return parseBool(buildArgs['BUILDKIT_INLINE_CACHE'] ?? 'false');
  } catch {
    return false;
  }
}

export interface CacheScope {
  /** Gets the records that are taken over. */
  readonly importedIds: string[];
  readonly options: ImageBuildOptions;
  readonly progress: BuildProgress;
  readonly lease: LayerLease;
  readonly signal: AbortSignal;
}

/** From images here, else from their registries. One that cannot be had is told and built without. */
export async function importCaches(daemon: Daemon, scope: CacheScope): Promise<void> {
  for (const reference of cacheReferences(scope.options)) {
    const name = `importing cache manifest from ${referenceText(reference)}`;
    try {
      await during(scope.progress, name, () => importCache(daemon, scope, reference));
    } catch (error) {
      if (scope.signal.aborted) throw error;
    }
  }
}

async function importCache(
  daemon: Daemon,
  { options, lease, signal, importedIds }: CacheScope,
  reference: Reference,
): Promise<void> {
  const { images, registry } = daemon;
  const take = async (image: StoredImage) => {
    for (const diffId of image.config.diffIds) lease.add(diffId);
    importedIds.push(...takeInlineCache(daemon, image, await images.configBytes(image.id)));
  };
  const local = await findImage(daemon, referenceText(reference));
  if (local !== undefined) return take(local);
  const before = new Set(await images.ids());
  const auth = options.auths.get(reference.domain);
  const transfer = { onProgress: () => undefined, signal, ...(auth === undefined ? {} : { auth }) };
  await registry.pull(reference, transfer);
  const image = await images.resolve(referenceText(reference));
  await take(image);
  // Nobody asked for the image itself: the cache and the lease keep its layers.
  if (before.has(image.id)) await images.references.delete(reference);
  else await images.delete(image.id);
}

/** The classic builder's sources: images here, others are passed over. */
export async function cacheImages(
  daemon: Daemon,
  { version, cacheFrom }: ImageBuildOptions,
): Promise<readonly StoredImage[]> {
  if (version === 2) return [];
  const found = await Promise.all(cacheFrom.map((name) => findImage(daemon, name)));
  return found.filter((image) => image !== undefined);
}

async function findImage({ images }: Daemon, name: string): Promise<StoredImage | undefined> {
  try {
    return await images.resolve(name);
  } catch (error) {
    if (errorKind(error) === 'notFound' || errorKind(error) === 'invalidParameter')
      return undefined;
    throw error;
  }
}
