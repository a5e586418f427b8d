/**
 * Where a path leads inside a root, by name: `/var/run/x` is `/run/x` when `/var/run` is a link to
 * `/run`. What is missing on the way is taken as it stands, as Docker does for the targets of broken
 * links. Only for answers and decisions: whoever opens the path lets the kernel resolve it in the root.
 */
import type { FileStat, Guest } from '../../guest/guest.ts';
import { errorKind, KindError } from '../../lib/errors.ts';

/** As the kernel allows, and more than Docker needs. */
const linkCountMax = 40;

export interface FollowedPath {
  /** Absolute in the root and without symlinks, as far as it exists. */
  readonly path: string;
  /** Of what is there; undefined when nothing is. */
  readonly status: FileStat | undefined;
}

export async function followSymlinks(
  guest: Guest,
  path: string,
  { root }: { readonly root: string },
): Promise<FollowedPath> {
  let rest = path.split('/').filter(Boolean);
  let done: string[] = [];
  let status: FileStat | undefined;
  let missing = false;
  for (let links = 0; rest.length > 0;) {
    const [part = '', ...after] = rest;
    rest = after;
    if (part === '.') continue;
    if (part === '..') {
      done.pop();
      continue;
    }
    const here = `/${[...done, part].join('/')}`;
    status = missing ? undefined : await statIfThere(guest, here, root);
    missing = status === undefined;
    if (status?.type !== 'symlink') {
      done.push(part);
      continue;
    }
    links += 1;
    if (links > linkCountMax)
      throw new KindError('invalidParameter', `${path}: too many levels of symbolic links`);
    const target = status.target ?? '';
    if (target.startsWith('/')) done = [];
    rest = [...target.split('/').filter(Boolean), ...rest];
  }
  const resolved = `/${done.join('/')}`;
  return { path: resolved, status: missing ? undefined : await statIfThere(guest, resolved, root) };
}

/** Not following a link at the end. */
export async function statIfThere(
  guest: Guest,
  path: string,
  root: string,
): Promise<FileStat | undefined> {
  try {
    return await guest.stat(path, { root });
  } catch (error) {
    if (errorKind(error) === 'notFound') return undefined;
    throw error;
  }
}
