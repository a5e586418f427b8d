/** Paths of the archive routes, as Go's `filepath` and Docker's `PreserveTrailingDotOrSeparator` treat them. */
import { KindError } from '../../lib/errors.ts';
import { cleanPath } from '../spec/mount-point.ts';

/** Absolute and clean, but `x/` and `x/.` stay so: they mean what is behind a link, and a directory's contents. */
export function archivePath(path: string): string {
  const clean = cleanPath(path);
  if (/(^|\/)\.$/.test(path)) return clean === '/' ? '/.' : `${clean}/.`;
  if (path.endsWith('/') && clean !== '/') return `${clean}/`;
  return clean;
}

/** The last component: `.` of `x/.`, `x` of `x/`, `/` of the root. */
export function baseName(path: string): string {
  const bare = path.replace(/\/+$/, '');
  return bare === '' ? '/' : bare.slice(bare.lastIndexOf('/') + 1);
}

export function noSuchFile(path: string, container: string): KindError {
  const message = `Could not find the file ${path} in container ${container}`;
  return new KindError('notFound', message);
}
