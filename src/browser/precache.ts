/** What the service worker keeps, as the build lists it, and how it answers from that. Pure. */

export interface PrecacheFile {
  /** Relative to the scope; `''` is the page itself. */
  readonly url: string;
  readonly sizeBytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

export interface Precache {
  /** Changes with every change of any listed file. */
  readonly version: string;
  /** All of it is stored before a version is used. */
  readonly core: readonly PrecacheFile[];
  /** Blobs of the bundled library: stored in the background, kept across versions. */
  readonly blobs: readonly PrecacheFile[];
}

/** Everything below it that is not listed does not exist, so nobody has to be asked. */
export const libraryPath = 'library/';

/** Where the answer to a request comes from. */
export type PrecacheAnswer =
  | { readonly from: 'core'; readonly url: string }
  | { readonly from: 'blobs'; readonly url: string }
  | { readonly from: 'nowhere' }
  | { readonly from: 'network' };

export interface PrecacheRequest {
  readonly method: string;
  readonly url: string;
  readonly isNavigation: boolean;
  readonly hasRange: boolean;
}

/** Decides for one request; `scope` is the address of the page's folder. */
export class PrecacheTable {
  readonly #scope: string;
  readonly #core: ReadonlySet<string>;
  readonly #blobs: ReadonlySet<string>;

  constructor(precache: Precache, scope: string) {
    this.#scope = scope;
    this.#core = new Set(precache.core.map(({ url }) => url));
    this.#blobs = new Set(precache.blobs.map(({ url }) => url));
  }

  answer({ method, url, isNavigation, hasRange }: PrecacheRequest): PrecacheAnswer {
    if (!url.startsWith(this.#scope) || hasRange) return { from: 'network' };
    if (method !== 'GET' && method !== 'HEAD') return { from: 'network' };
    const [path = ''] = url.slice(this.#scope.length).split('#', 1);
    if (isNavigation) {
      const [page] = path.split('?', 1);
      return page === '' || page === 'index.html' ? { from: 'core', url: '' } : { from: 'network' };
    }
    if (this.#core.has(path)) return { from: 'core', url: path };
    if (this.#blobs.has(path)) return { from: 'blobs', url: path };
    return { from: path.startsWith(libraryPath) ? 'nowhere' : 'network' };
  }
}

/** A name that carries a hash: whoever has it under this name has the right bytes. */
export function isAddressed(url: string): boolean {
  return (
    url.startsWith('assets/') || /\?v=[0-9a-f]{8,}$/.test(url) || /[/:][0-9a-f]{64}$/.test(url)
  );
}
