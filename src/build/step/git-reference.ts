/** A git repository as contexts and ADD name it: `https://host/repo.git#ref:directory`. Pure. */
import { KindError } from '../../lib/errors.ts';
import { cleanPath } from '../../lib/posix-path.ts';

export interface GitReference {
  /** What git is told to fetch from. */
  readonly remote: string;
  /** A branch, a tag or a commit; empty for the repository's default branch. */
  readonly ref: string;
  /** Within the repository, without slashes at its ends; empty for its root. */
  readonly directory: string;
}

/** A repository: `git://…`, `git@host:…`, `ssh://…`, or a URL whose path ends in `.git`. */
export function isGitSource(source: string): boolean {
  if (/^(git|ssh):\/\//.test(source) || /^[^/\s@]+@[^/\s:]+:/.test(source)) return true;
  return /^https?:\/\/[^#?]+\.git(#.*|\?.*)?$/.test(source);
}

/** A context may be called by its place at GitHub too; to ADD that is a file. */
export function isGitContext(source: string): boolean {
  return isGitSource(source) || /^github\.com\/[^/\s]+\/[^/\s]+/.test(source);
}

/** Rejects `invalidParameter` for what git would take for an option, and for a directory outside. */
export function parseGitReference(source: string): GitReference {
  const hash = source.indexOf('#');
  const address = hash < 0 ? source : source.slice(0, hash);
  const fragment = hash < 0 ? '' : source.slice(hash + 1);
  const colon = fragment.indexOf(':');
  const ref = colon < 0 ? fragment : fragment.slice(0, colon);
  const directory = colon < 0 ? '' : fragment.slice(colon + 1);
  if (ref.startsWith('-') || address.startsWith('-'))
    throw new KindError('invalidParameter', `invalid git reference: ${source}`);
  if (cleanPath(directory).split('/').includes('..'))
    throw new KindError('invalidParameter', `invalid git subdirectory: ${directory}`);
  return {
    remote: address.startsWith('github.com/') ? `https://${address}` : address,
    ref,
    directory: cleanPath(`/${directory}`).slice(1),
  };
}

/** As messages show it: name and password of a URL are nobody's business. */
export function withoutCredentials(remote: string): string {
  return remote.replace(
    /^([a-z+.-]+:\/\/)([^/@:]*)(:[^/@]*)?@/,
    (_, scheme: string, name: string, password?: string) =>
      `${scheme}${name === '' ? '' : 'xxxxx'}${password === undefined ? '' : ':xxxxx'}@`,
  );
}
