/**
 * What the 9P2000.L server serves: a read-only tree of nodes. Layer trees, the machine's own user
 * land and the directory that joins them are trees; the server knows nothing else.
 */

export type FileType = 'file' | 'dir' | 'symlink' | 'char' | 'block' | 'fifo' | 'socket';

export interface FileAttributes {
  readonly type: FileType;
  /** Permission bits with setuid, setgid and sticky: 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  readonly mtimeSeconds: number;
  readonly mtimeNanoseconds: number;
  readonly linkCount: number;
  readonly deviceMajor: number;
  readonly deviceMinor: number;
}

/**
 * A node is identified by the pair (tree, inode): two names with the same inode are hard links and
 * get the same qid. Content never changes under an inode number, which is what lets the guest cache.
 */
export interface FileTree {
  /** Inode number of the root directory. */
  readonly rootInode: number;
  attributes(inode: number): FileAttributes;
  /** Inode of a name in a directory, or undefined. May fetch (a tree that appears while running). */
  lookup(inode: number, name: string): Promise<number | undefined> | number | undefined;
  /** All names of a directory in a stable order, without `.` and `..`. */
  list(inode: number): readonly { readonly name: string; readonly inode: number }[];
  /** Up to `length` bytes at `offset`; shorter only at the end of the file. */
  read(inode: number, offset: number, length: number): Promise<Uint8Array>;
  readlink(inode: number): string;
  xattrs(inode: number): Readonly<Record<string, Uint8Array>>;
}
