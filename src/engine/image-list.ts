/** `GET /images/json`. */
import type { ImageSummary } from '../api/image.ts';
import type { StoredImage } from '../image/image-store.ts';
import type { Daemon } from './daemon.ts';
import { checkFilters, matchesAny, matchesLabels } from './filters.ts';
import type { Filters } from './server/backend/filters.ts';

const knownFilters = ['dangling', 'label', 'before', 'since', 'reference', 'until'];

/** Newest first. */
export async function imageList(
  daemon: Daemon,
  options: { readonly all: boolean; readonly filters?: Filters },
): Promise<ImageSummary[]> {
  const filters = options.filters ?? new Map<string, readonly string[]>();
  checkFilters(filters, knownFilters);
  const images = await daemon.images.list();
  return images.filter((image) => matches(image, filters)).map(imageSummary);
}

function matches(image: StoredImage, filters: Filters): boolean {
  const isDangling = image.repoTags.length === 0;
  return (
    matchesAny(filters, 'dangling', (value) => ['true', '1'].includes(value) === isDangling) &&
    matchesLabels(filters, 'label', image.config.config.Labels) &&
    matchesAny(filters, 'reference', (value) =>
      image.repoTags.some((tag) => matchesReference(tag, value)),
    )
  );
}

/** A pattern of the whole name, or of the repository alone. */
function matchesReference(tag: string, pattern: string): boolean {
  const source = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*');
  const expression = new RegExp(`^${source.replaceAll('?', '[^/]')}$`);
  return expression.test(tag) || expression.test(tag.slice(0, tag.lastIndexOf(':')));
}

function imageSummary(image: StoredImage): ImageSummary {
  return {
    Id: image.id,
    ParentId: '',
    RepoTags: image.repoTags,
    RepoDigests: image.repoDigests,
    Created: Math.floor((Date.parse(image.config.created ?? '') || 0) / 1000),
    Size: image.sizeBytes,
    SharedSize: -1,
    Labels: image.config.config.Labels ?? null,
    Containers: -1,
  };
}
