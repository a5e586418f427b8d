/**
 * What a request asks for, from its path: `/v2/<registry>/<repository>/(manifests|blobs)/<reference>` or
 * `…/tags/list`. Whatever is not exactly of that form is refused before anything is asked upstream.
 */

export interface ProxyTarget {
  readonly registryHost: string;
  readonly repository: string;
  readonly kind: 'manifests' | 'blobs' | 'tags';
  /** A tag or digest; `list` for tags. */
  readonly reference: string;
  /** The content never changes: it is named by its digest. */
  readonly isImmutable: boolean;
}

const host = '[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?';
const component = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const targetPattern = new RegExp(
  `^/v2/(${host})/(${component}(?:/${component})*)/(?:(manifests|blobs)/([^/]+)|tags/(list))$`,
);
const digestPattern = /^sha256:[0-9a-f]{64}$/;
const tagPattern = /^[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127}$/;
/** Docker's bound on repository names. */
const repositoryLengthMax = 255;
const pathLengthMax = 600;

/** Undefined for a path of any other form. Nothing valid needs percent-encoding, so none is decoded. */
export function parseTarget(path: string): ProxyTarget | undefined {
  if (path.length > pathLengthMax) return undefined;
  const match = targetPattern.exec(path);
  if (match === null) return undefined;
  const [, registryHost = '', repository = '', kind, reference = '', list] = match;
  if (repository.length > repositoryLengthMax) return undefined;
  if (list !== undefined) {
    return { registryHost, repository, kind: 'tags', reference: list, isImmutable: false };
  }
  const isDigest = digestPattern.test(reference);
  const isValid = isDigest || (kind === 'manifests' && tagPattern.test(reference));
  if (!isValid || (kind !== 'manifests' && kind !== 'blobs')) return undefined;
  return { registryHost, repository, kind, reference, isImmutable: isDigest };
}

/** The query that may be passed on: paging of the tags. */
export function tagsQuery(search: URLSearchParams): string {
  const query = new URLSearchParams();
  const count = search.get('n');
  const last = search.get('last');
  if (count !== null && /^[0-9]{1,4}$/.test(count)) query.set('n', count);
  if (last !== null && tagPattern.test(last)) query.set('last', last);
  return query.size === 0 ? '' : `?${query}`;
}
