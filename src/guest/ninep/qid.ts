/**
 * Qids: the server's identity of a file, from which Linux makes its inode numbers.
 *
 * On i386 an inode number has 32 bits and v9fs folds the 64-bit path into it, so two files whose
 * folded paths met would look like hard links of each other. Paths are therefore dealt out densely
 * from one 32-bit space: each tree gets blocks of consecutive paths as its inodes show up.
 */
import type { FileTree, FileType } from './file-tree.ts';
import type { Qid } from './message.ts';
import { NinepError } from './errno.ts';

const blockBits = 12;
const blockSize = 1 << blockBits;
/** One block less than 2^32, because v9fs adds 2 to every path. */
const blockCountMax = 2 ** (32 - blockBits) - 1;

/** Must not be 0, or the kernel bypasses its page cache for the file. */
const version = 1;

export class QidSpace {
  readonly #blocks = new Map<FileTree, Map<number, number>>();
  #blockCount = 0;

  /** Which block of paths belongs to which inodes of which tree. */
  *blocks(): Iterable<readonly [tree: FileTree, index: number, block: number]> {
    for (const [tree, blocks] of this.#blocks)
      for (const [index, block] of blocks) yield [tree, index, block];
  }

  /** Gives a block back to a tree that had it. */
  restore(tree: FileTree, index: number, block: number): void {
    const blocks = this.#blocks.get(tree) ?? new Map<number, number>();
    this.#blocks.set(tree, blocks.set(index, block));
    this.#blockCount = Math.max(this.#blockCount, block + 1);
  }

  qid(tree: FileTree, inode: number, type: FileType): Qid {
    return { type: qidType(type), version, path: this.#path(tree, inode) };
  }

  #path(tree: FileTree, inode: number): number {
    let blocks = this.#blocks.get(tree);
    if (blocks === undefined) this.#blocks.set(tree, (blocks = new Map()));
    const index = Math.floor(inode / blockSize);
    let block = blocks.get(index);
    if (block === undefined) {
      if (this.#blockCount >= blockCountMax) throw new NinepError('ENFILE');
      block = this.#blockCount++;
      blocks.set(index, block);
    }
    return block * blockSize + (inode % blockSize);
  }
}

function qidType(type: FileType): number {
  return type === 'dir' ? 0x80 : type === 'symlink' ? 0x02 : 0;
}
