/**
 * What a push asks for, from method, path and query; whatever is not exactly of these forms is refused before anything
 * is sent upstream. The steps are those of
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#push.
 */
import { parseTarget } from './request-path.ts';

export interface PushTarget {
  readonly registryHost: string;
  readonly repository: string;
  readonly method: 'POST' | 'PATCH' | 'PUT' | 'HEAD';
  /** Below `/v2/<repository>/`, with its query. */
  readonly path: string;
  readonly kind: 'manifest' | 'upload';
  /** Another repository that a blob is taken over from, which has to be readable. */
  readonly from?: string;
}

const name = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*';
const repositoryPattern = new RegExp(`^${name}$`);
const uploadPattern = new RegExp(
  `^/v2/([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?)/(${name})/blobs/uploads/([A-Za-z0-9_.=-]{0,256})$`,
);
const digestPattern = /^sha256:[0-9a-f]{64}$/;
/** The state of an upload, which the registry put into the URL for itself. */
const queryPattern = /^[A-Za-z0-9_.~%&=+:/-]{0,4096}$/;

/** Undefined for anything else. */
export function parsePush(method: string, url: URL): PushTarget | undefined {
  if (method !== 'POST' && method !== 'PATCH' && method !== 'PUT') return undefined;
  const manifest = method === 'PUT' && url.search === '' ? parseTarget(url.pathname) : undefined;
  if (manifest?.kind === 'manifests') {
    const { registryHost, repository, reference } = manifest;
    return { registryHost, repository, method, path: `manifests/${reference}`, kind: 'manifest' };
  }
  const match = uploadPattern.exec(url.pathname);
  const query = url.search.slice(1);
  if (match === null || !queryPattern.test(query)) return undefined;
  const [, registryHost = '', repository = '', upload = ''] = match;
  const target = { registryHost, repository, method, kind: 'upload' } as const;
  if (method === 'POST') return upload === '' ? beginning(target, url.searchParams) : undefined;
  if (upload === '') return undefined;
  const digest = url.searchParams.get('digest');
  if (method === 'PUT' && (digest === null || !digestPattern.test(digest))) return undefined;
  return { ...target, path: `blobs/uploads/${upload}${query === '' ? '' : `?${query}`}` };
}

function beginning(
  target: Pick<PushTarget, 'registryHost' | 'repository' | 'method' | 'kind'>,
  search: URLSearchParams,
): PushTarget | undefined {
  const path = 'blobs/uploads/';
  if (search.size === 0) return { ...target, path };
  const digest = search.get('mount') ?? '';
  const from = search.get('from') ?? '';
  if (search.size !== 2 || !digestPattern.test(digest) || !repositoryPattern.test(from))
    return undefined;
  const query = new URLSearchParams({ mount: digest, from });
  return { ...target, path: `${path}?${query}`, from };
}

/** Where the client goes on: the same place, behind the proxy. Undefined when the registry leads elsewhere. */
export function proxiedLocation(
  location: string,
  { registryUrl, target }: { readonly registryUrl: string; readonly target: PushTarget },
): string | undefined {
  const base = `${registryUrl}/v2/${target.repository}/`;
  if (!URL.canParse(location, base)) return undefined;
  const url = new URL(location, base);
  if (url.origin !== new URL(registryUrl).origin) return undefined;
  const prefix = `/v2/${target.repository}/`;
  if (!url.pathname.startsWith(prefix)) return undefined;
  return `/v2/${target.registryHost}/${target.repository}/${url.pathname.slice(prefix.length)}${url.search}`;
}
