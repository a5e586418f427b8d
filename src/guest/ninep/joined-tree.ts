/** A directory of trees: the root of the export, with `machine` and `layers` in it. */
import { KindError } from '../../lib/errors.ts';
import type { DirectoryEntry, FileAttributes, FileTree } from './file-tree.ts';

/** A directory that nobody but the machine's root changes, and it cannot either. */
export const directoryAttributes: FileAttributes = {
  type: 'dir',
  mode: 0o755,
  uid: 0,
  gid: 0,
  sizeBytes: 4096,
  mtimeSeconds: 0,
  mtimeNanoseconds: 0,
  linkCount: 2,
  deviceMajor: 0,
  deviceMinor: 0,
};

export class JoinedTree implements FileTree {
  readonly rootInode = 0;
  readonly #trees: ReadonlyMap<string, FileTree>;

  constructor(trees: Readonly<Record<string, FileTree>>) {
    this.#trees = new Map(Object.entries(trees));
  }

  attributes(): FileAttributes {
    return { ...directoryAttributes, linkCount: 2 + this.#trees.size };
  }

  lookup(_inode: number, name: string): FileTree | undefined {
    return this.#trees.get(name);
  }

  list(): readonly DirectoryEntry[] {
    return Array.from(this.#trees, ([name, tree]) => ({ name, inode: tree.rootInode, tree }));
  }

  trees(): Iterable<readonly [string, FileTree]> {
    return this.#trees;
  }

  read(): Uint8Array {
    throw new KindError('invalidParameter', 'Cannot read a directory');
  }

  readlink(): string {
    throw new KindError('invalidParameter', 'Cannot read a directory as a link');
  }

  xattrs(): Readonly<Record<string, Uint8Array>> {
    return {};
  }
}
