/**
 * The rules of `docker cp`: which directory an archive is unpacked into, and what its entries are called there.
 * They depend on what source and destination are, and on whether a path ends in `/` or `/.`.
 */
import type { Rebase } from '../../../lib/tar-rebase.ts';
import { cleanPath } from '../../../lib/posix-path.ts';

export interface CopySource {
  /** Clean but for its ending. */
  readonly path: string;
  readonly isDirectory: boolean;
  /** The name in the archive when it is not the path's last component. */
  readonly name?: string;
}

export interface CopyTarget {
  readonly path: string;
  /** Undefined when nothing is there. */
  readonly kind: 'directory' | 'other' | undefined;
}

export interface CopyPlan {
  readonly directory: string;
  readonly rebase: Rebase;
}

/** Throws with Docker's words when the source cannot go there. */
export function planCopy(source: CopySource, target: CopyTarget): CopyPlan {
  const from = source.name ?? splitEntry(source.path).base;
  if (target.kind === 'directory') {
    return { directory: target.path, rebase: { from, to: from } };
  }
  if (target.kind === 'other' && source.isDirectory) throw new Error('cannot copy directory');
  if (target.kind === undefined && !source.isDirectory && assertsDirectory(target.path)) {
    throw new Error('no such directory');
  }
  const { parent, base } = splitEntry(target.path);
  return { directory: parent, rebase: { from, to: base } };
}

/** `CONTAINER:PATH`; a name that may also be a path counts as one when it begins with `/` or `.`. */
export function splitCopyArgument(text: string): {
  readonly container: string;
  readonly path: string;
} {
  const colon = text.indexOf(':');
  if (text.startsWith('/') || colon < 0 || text.startsWith('.')) {
    return { container: '', path: text };
  }
  return { container: text.slice(0, colon), path: text.slice(colon + 1) };
}

/** The base of `x/.` is `.`: the contents of the directory. */
export function splitEntry(path: string): { readonly parent: string; readonly base: string } {
  const clean = cleanPath(path);
  if (specifiesContents(path)) return { parent: clean, base: '.' };
  const slash = clean.lastIndexOf('/');
  if (slash < 0) return { parent: '.', base: clean };
  return { parent: clean.slice(0, slash) || '/', base: clean.slice(slash + 1) || '/' };
}

/** Clean, but a last `/` or `/.` stays: it says something. */
export function keepEnding(clean: string, original: string): string {
  const ending = specifiesContents(original) ? '/.' : hasTrailingSlash(original) ? '/' : '';
  if (ending === '/.' && clean !== '/') return `${clean}/.`;
  return clean.endsWith('/') ? clean : clean + ending;
}

export function specifiesContents(path: string): boolean {
  return path === '.' || path.endsWith('/.');
}

export function hasTrailingSlash(path: string): boolean {
  return path.endsWith('/');
}

function assertsDirectory(path: string): boolean {
  return hasTrailingSlash(path) || specifiesContents(path);
}
