/** `GET /images/json`. */
import type { ImageSummary } from '../api/image.ts';
import { chainIds } from '../image/chain-id.ts';
import { createdMsOf, type StoredImage } from '../image/image-store.ts';
import { familiarName, parseReference } from '../image/reference.ts';
import { matchPath } from '../lib/path-match.ts';
import type { Daemon } from './daemon.ts';
import { checkFilters, filterFlag, matchesAny, matchesLabels, untilMsOf } from './filters.ts';
import type { Filters } from './server/backend/filters.ts';
import type { ImageListOptions } from './server/backend/image-backend.ts';

const knownFilters = ['dangling', 'label', 'before', 'since', 'reference', 'until'];

/** Newest first. */
export async function imageList(
  daemon: Daemon,
  options: ImageListOptions,
): Promise<ImageSummary[]> {
  const filters = options.filters ?? new Map<string, readonly string[]>();
  checkFilters(filters, knownFilters);
  const danglingOnly = filterFlag(filters, 'dangling', false);
  const range = await createdRange(daemon, filters);
  const all = await daemon.images.list();
  const parents = new Set(all.map(({ parent }) => parent));
  const chosen = all.flatMap((image) => {
    const createdMs = createdMsOf(image);
    if (createdMs >= range.beforeMs || createdMs <= range.sinceMs) return [];
    if (!matchesLabels(filters, 'label', image.config.config.Labels)) return [];
    if (danglingOnly && parents.has(image.id)) return [];
    const names = matchingNames(image, filters);
    const isNamed = names.repoTags.length + names.repoDigests.length > 0;
    if (isNamed && danglingOnly && names.repoTags.length > 0) return [];
    if (!isNamed && filters.has('reference')) return [];
    if (!isNamed && filters.has('dangling') && !danglingOnly) return [];
    if (!isNamed && !options.all && parents.has(image.id)) return [];
    return [{ ...image, ...names }];
  });
  const shared = options.sharedSize === true ? await sharedSizes(all) : undefined;
  return chosen.map((image) => ({
    ...imageSummary(image),
    SharedSize: shared?.(image) ?? -1,
    Containers: daemon.containers.list().filter(({ imageId }) => imageId === image.id).length,
  }));
}

/** `before` and `since` name images; several values must all hold, as must `until`. */
async function createdRange(
  daemon: Daemon,
  filters: Filters,
): Promise<{ beforeMs: number; sinceMs: number }> {
  const timesOf = async (name: string) =>
    Promise.all(
      (filters.get(name) ?? []).map(async (text) => createdMsOf(await daemon.images.resolve(text))),
    );
  const before = await timesOf('before');
  const since = await timesOf('since');
  return {
    beforeMs: Math.min(...before, untilMsOf(filters, daemon.clock.now())),
    sinceMs: Math.max(-Infinity, ...since),
  };
}

/** Those of the image's names that the filter `reference` lets through. */
function matchingNames(
  { repoTags, repoDigests }: StoredImage,
  filters: Filters,
): { repoTags: string[]; repoDigests: string[] } {
  const matches = (name: string) =>
    matchesAny(
      filters,
      'reference',
      (pattern) =>
        matchPath(pattern, name) || matchPath(pattern, familiarName(parseReference(name))),
    );
  return { repoTags: repoTags.filter(matches), repoDigests: repoDigests.filter(matches) };
}

/** Bytes of an image's layers that other images stand on, too. */
async function sharedSizes(
  images: readonly StoredImage[],
): Promise<(image: StoredImage) => number> {
  const counts = new Map<string, number>();
  const chainsOf = new Map<string, readonly string[]>();
  for (const { id, config } of images) {
    const chains = await chainIds(config.diffIds);
    chainsOf.set(id, chains);
    for (const chain of chains) counts.set(chain, (counts.get(chain) ?? 0) + 1);
  }
  return ({ id, layers }) =>
    layers.reduce((sum, { sizeBytes }, depth) => {
      const count = counts.get(chainsOf.get(id)?.[depth] ?? '') ?? 0;
      return count > 1 ? sum + sizeBytes : sum;
    }, 0);
}

function imageSummary(image: StoredImage): Omit<ImageSummary, 'SharedSize' | 'Containers'> {
  return {
    Id: image.id,
    ParentId: image.parent ?? '',
    RepoTags: image.repoTags,
    RepoDigests: image.repoDigests,
    Created: Math.floor(createdMsOf(image) / 1000),
    Size: image.sizeBytes,
    Labels: image.config.config.Labels ?? null,
  };
}
