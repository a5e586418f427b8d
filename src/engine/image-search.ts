/** `GET /images/search`. */
import type { ImageSearchResult } from '../api/image.ts';
import { KindError } from '../lib/errors.ts';
import type { Daemon } from './daemon.ts';
import { checkFilters, filterFlag } from './filters.ts';
import type { Filters } from './server/backend/filters.ts';
import type { ImageSearchOptions } from './server/backend/image-backend.ts';

/** The bounds that Docker Hub has for one page of results. */
const limitMax = 100;

export async function imageSearch(
  daemon: Daemon,
  options: ImageSearchOptions,
): Promise<ImageSearchResult[]> {
  const { filters, term, auth, signal } = options;
  checkFilters(filters, ['is-automated', 'is-official', 'stars']);
  // Nothing is automated any more, whatever Docker Hub says.
  if (filterFlag(filters, 'is-automated', false)) return [];
  const isOfficial = filterFlag(filters, 'is-official', false);
  const starsMin = minimumStars(filters);
  if (/^https?:\/\//.test(term)) {
    const message = `invalid repository name: repository name (${term}) should not have a scheme`;
    throw new KindError('invalidParameter', message);
  }
  if (options.limit > limitMax) {
    const message = `limit ${options.limit} is outside the range of [1, ${limitMax}]`;
    throw new KindError('invalidParameter', message);
  }
  const results = await daemon.registry.search(
    { ...splitTerm(term), limit: options.limit },
    { ...(auth === undefined ? {} : { auth }), ...(signal === undefined ? {} : { signal }) },
  );
  return results
    .filter((result) => !filters.has('is-official') || result.is_official === isOfficial)
    .filter((result) => result.star_count >= starsMin)
    .map((result) => ({ ...result, is_automated: false }));
}

function minimumStars(filters: Filters): number {
  const counts = (filters.get('stars') ?? []).map((text) => {
    if (/^[+-]?[0-9]+$/.test(text)) return Number(text);
    const detail = `strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
    throw new KindError('invalidParameter', `invalid filter 'stars=${text}': ${detail}`);
  });
  return Math.max(0, ...counts);
}

/** What looks like a host before the first slash is the registry to ask. */
function splitTerm(text: string): { registry: string; term: string } {
  const slash = text.indexOf('/');
  const host = slash < 0 ? '' : text.slice(0, slash);
  const isHost = /[.:]/.test(host) || host === 'localhost';
  if (!isHost) return { registry: 'docker.io', term: text.replace(/^library\//, '') };
  if (host !== 'docker.io' && host !== 'index.docker.io')
    return { registry: host, term: text.slice(slash + 1) };
  return { registry: 'docker.io', term: text.slice(slash + 1).replace(/^library\//, '') };
}
