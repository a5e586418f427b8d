/**
 * What a container changed, from the entries of its overlay upper directory and the layers below: as
 * Docker computes it for `docker diff`, so also in its order and with its notion of what counts as a
 * changed directory.
 */
import type { ContainerChange } from '../../api/container.ts';

/** A file or directory, as far as the comparison looks at it. */
export interface ComparedFile {
  readonly isDirectory: boolean;
  /** Type and permission bits, in any form that is equal for equal files. */
  readonly mode: number;
  readonly mtimeSeconds: number;
  readonly mtimeNanoseconds: number;
}

export interface UpperEntry extends ComparedFile {
  /** Absolute in the container, without a slash at the end. */
  readonly path: string;
  /** A whiteout, or a directory that hides what is below. */
  readonly isDeleted: boolean;
}

/** One layer; undefined when it has no such path. */
export type FindInLayer = (path: string) => ComparedFile | undefined;

const modified = 0;
const added = 1;
const deleted = 2;

/** `layers` topmost first. */
export function upperChanges(
  entries: readonly UpperEntry[],
  layers: readonly FindInLayer[],
): ContainerChange[] {
  const changes: ContainerChange[] = [];
  const changedDirectories = new Set<string>();
  const sorted = [...entries].sort((a, b) => compareWalkOrder(a.path, b.path));
  for (const entry of sorted) {
    const kind = kindOf(entry, layers);
    if (kind === undefined) continue;
    if (entry.isDirectory) changedDirectories.add(entry.path);
    const parent = entry.path.slice(0, entry.path.lastIndexOf('/'));
    // What came or went changes its directory, even where nothing else about that differs.
    if (kind !== modified && parent !== '' && !changedDirectories.has(parent)) {
      changes.push({ Path: parent, Kind: modified });
      changedDirectories.add(parent);
    }
    changes.push({ Path: entry.path, Kind: kind });
  }
  return changes;
}

/** Undefined for a directory that is only there because of something in it. */
function kindOf(
  entry: UpperEntry,
  layers: readonly FindInLayer[],
): ContainerChange['Kind'] | undefined {
  if (entry.isDeleted) return deleted;
  for (const find of layers) {
    const below = find(entry.path);
    if (below === undefined) continue;
    const same =
      below.isDirectory &&
      entry.isDirectory &&
      below.mode === entry.mode &&
      below.mtimeSeconds === entry.mtimeSeconds &&
      below.mtimeNanoseconds === entry.mtimeNanoseconds;
    return same ? undefined : modified;
  }
  return added;
}

/** A directory before what is in it, names in byte order: Go's `filepath.Walk`. */
function compareWalkOrder(a: string, b: string): number {
  const [left, right] = [a.split('/'), b.split('/')];
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const [x = '', y = ''] = [left[at], right[at]];
    if (x !== y) return x < y ? -1 : 1;
  }
  return left.length - right.length;
}
