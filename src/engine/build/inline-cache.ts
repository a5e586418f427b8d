/**
 * The build cache that an image carries: which of our cache's records each step of its last stage came from, in a field of
 * its configuration beside BuildKit's `moby.buildkit.cache.v0`, whose keys only BuildKit can compute. Asked for with
 * `--cache-to type=inline` or `BUILDKIT_INLINE_CACHE=1`, read by `--cache-from`.
 */
import type { StoredImage } from '../../image/image-store.ts';
import type { Daemon } from '../daemon.ts';

/** Of an image's configuration. */
export const inlineCacheField = 'bottleship.buildcache.v0';
/** Far above any Dockerfile. */
const recordsMax = 1000;

export interface InlineRecord {
  /** 64 hex digits. */
  readonly id: string;
  readonly parent: string;
  readonly type: 'regular' | 'internal';
  readonly description: string;
  /** Which of the image's layers, from the bottom; undefined when the step changed no file. */
  readonly layer?: number;
  /** RFC 3339 */
  readonly created: string;
}

/**
 * Takes over the records of `image`, whose layers are stored, and tells which. What is known already stays as it is. They
 * are for the build that asked alone: see `dropUnused`.
 */
export function takeInlineCache(
  { buildCache }: Daemon,
  { config, layers }: StoredImage,
  configBytes: Uint8Array,
): string[] {
  const taken: string[] = [];
  for (const record of recordsOf(configBytes)) {
    if (buildCache.peek(record.id) !== undefined) continue;
    const { layer, ...fields } = record;
    const diffId = layer === undefined ? undefined : config.diffIds[layer];
    if (layer !== undefined && diffId === undefined) continue;
    buildCache.add({
      ...fields,
      ...(diffId === undefined ? {} : { diffId }),
      sizeBytes: layers.find((one) => one.diffId === diffId)?.sizeBytes ?? 0,
    });
    taken.push(record.id);
  }
  return taken;
}

/**
 * Forgets those of the records that no step of the build has used. A stranger's image may claim to be the result of any
 * step, which only a build that names the image is to believe.
 */
export async function dropUnused(
  { buildCache, images }: Daemon,
  ids: readonly string[],
): Promise<void> {
  const unused = ids
    .flatMap((id) => buildCache.peek(id) ?? [])
    .filter((one) => one.usageCount <= 1);
  for (const { id } of unused) buildCache.remove(id);
  await images.releaseLayers(unused.flatMap(({ diffId }) => diffId ?? []));
}

/** None for an image without them, and for what does not look like ours: it comes from strangers. */
function recordsOf(configBytes: Uint8Array): InlineRecord[] {
  const config = JSON.parse(new TextDecoder().decode(configBytes)) as Record<string, unknown>;
  const records = config[inlineCacheField];
  return Array.isArray(records) ? records.slice(0, recordsMax).filter(isRecord) : [];
}

function isRecord(value: unknown): value is InlineRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { id, parent, type, description, layer, created } = value as Record<string, unknown>;
  const isKey = (key: unknown) => typeof key === 'string' && /^[0-9a-f]{64}$/.test(key);
  return (
    isKey(id) &&
    isKey(parent) &&
    (type === 'regular' || type === 'internal') &&
    typeof description === 'string' &&
    (layer === undefined || Number.isInteger(layer)) &&
    typeof created === 'string' &&
    !Number.isNaN(Date.parse(created))
  );
}
