/**
 * What the 9P2000.L server serves: a tree of nodes, read-only but for the machine's disk. Layer trees, the machine's own
 * user land and the directory that joins them are trees; the server knows nothing else.
 */

export type FileType = 'file' | 'dir' | 'symlink' | 'char' | 'block' | 'fifo' | 'socket';

export interface FileAttributes {
  readonly type: FileType;
  /** Permission bits with setuid, setgid and sticky: 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  /** What the content takes, for sparse files; `sizeBytes` when absent. */
  readonly allocatedBytes?: number;
  readonly mtimeSeconds: number;
  readonly mtimeNanoseconds: number;
  readonly linkCount: number;
  readonly deviceMajor: number;
  readonly deviceMinor: number;
}

export interface DirectoryEntry {
  readonly name: string;
  readonly inode: number;
  /** Set where another tree begins: the name is that tree's root, and `inode` says nothing. */
  readonly tree?: FileTree;
}

/**
 * A node is identified by the pair (tree, inode): two names with the same inode are hard links and
 * get the same qid. Content never changes under an inode number, which is what lets the guest cache; what
 * can be written is opened by one at a time, for the same reason.
 *
 * Answer synchronously where the answer is at hand: the guest then goes on without being rescheduled.
 * Names are byte strings (lib/byte-string.ts). A KindError `notFound` becomes ENOENT, others EIO.
 */
export interface FileTree {
  /** Inode number of the root directory. */
  readonly rootInode: number;
  /**
   * Called before the other methods; a promise when the tree must be fetched first. Rejects
   * `notFound` when the tree is gone: the guest sees ESTALE.
   */
  prepare?(): Promise<void> | undefined;
  attributes(inode: number): FileAttributes;
  /**
   * Inode of a name in a directory, or undefined. A tree, where another begins under that name.
   * `inode` is always a directory. May fetch (a tree that appears while running).
   */
  lookup(inode: number, name: string): LookupResult | Promise<LookupResult>;
  /** All names of a directory in a stable order, without `.` and `..`. */
  list(inode: number): readonly DirectoryEntry[] | Promise<readonly DirectoryEntry[]>;
  /**
   * Up to `length` bytes at `offset`; shorter only at the end of the file. The caller copies what it
   * keeps, so a view of a cached chunk will do.
   */
  read(inode: number, offset: number, length: number): Uint8Array | Promise<Uint8Array>;
  readlink(inode: number): string | Promise<string>;
  /** Whether a file's content can be changed, by `write`; absent, none can. Its size stays. */
  canWrite?(inode: number): boolean;
  /** Takes a copy of the bytes, all of them or none. */
  write?(inode: number, offset: number, bytes: Uint8Array): void | Promise<void>;
  /** Resolves when what was written will outlive a crash. */
  sync?(inode: number): Promise<void>;
  xattrs(inode: number): Readonly<Record<string, Uint8Array>>;
  /**
   * The other trees that begin in its root directory, by name, as far as they were seen; absent, none do. What a saved
   * session names trees by.
   */
  trees?(): Iterable<readonly [name: string, tree: FileTree]>;
}

export type LookupResult = number | FileTree | undefined;
