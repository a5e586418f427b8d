/**
 * The fids of one session: what the guest holds open on the server. Linux keeps a fid for every
 * cached directory entry, so there may be many, and each is small.
 */
import { NinepError } from './errno.ts';
import type { DirectoryEntry, FileTree } from './file-tree.ts';

/** A guest of 2 GB that caches nothing but names reaches about half of this. */
export const fidCountMax = 1 << 20;

/** A place in the export. `parent` is what `..` leads to; the root has none. */
export interface Node {
  readonly tree: FileTree;
  readonly inode: number;
  readonly parent: Node | undefined;
}

export class Fid {
  readonly node: Node;
  /** Set by Tlopen. */
  opened = false;
  /** Takes back what opening took; called once, when the fid is gone. */
  release: (() => void) | undefined;
  /** The names of an open directory, taken when it was read from the start. */
  entries: readonly DirectoryEntry[] | undefined;
  /** The value a fid made by Txattrwalk reads. */
  readonly xattr: Uint8Array | undefined;

  constructor(node: Node, xattr?: Uint8Array) {
    this.node = node;
    this.xattr = xattr;
  }
}

export class FidTable {
  readonly #fids = new Map<number, Fid>();
  readonly #countMax: number;

  constructor(countMax: number = fidCountMax) {
    this.#countMax = countMax;
  }

  get count(): number {
    return this.#fids.size;
  }

  /** Throws EBADF for a number nobody holds. */
  get(number: number): Fid {
    const fid = this.#fids.get(number);
    if (fid === undefined) throw new NinepError('EBADF');
    return fid;
  }

  /** Throws EINVAL for a number in use and ENFILE when there are too many. */
  assertFree(number: number): void {
    if (this.#fids.has(number)) throw new NinepError('EINVAL');
    if (this.#fids.size >= this.#countMax) throw new NinepError('ENFILE');
  }

  set(number: number, fid: Fid): void {
    this.#fids.set(number, fid);
  }

  /** Throws EBADF for a number nobody holds. */
  delete(number: number): void {
    this.get(number).release?.();
    this.#fids.delete(number);
  }

  entries(): Iterable<readonly [number: number, fid: Fid]> {
    return this.#fids;
  }

  clear(): void {
    for (const fid of this.#fids.values()) fid.release?.();
    this.#fids.clear();
  }
}
