/** The machine's files as the page's editor sees them: what crosses between the page and the host. */

export interface FileInfo {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly type: 'file' | 'dir' | 'symlink' | 'other';
  /** What a symbolic link leads to in the end; `missing` when nowhere. Only of links. */
  readonly leadsTo?: 'file' | 'dir' | 'other' | 'missing';
  readonly sizeBytes: number;
  /** Changes with every change of the content: size and time of the last change. */
  readonly version: string;
}

export interface FileListing {
  /** Folders first, by name. */
  readonly entries: readonly FileInfo[];
  /** How many more there are than are listed. */
  readonly leftOut: number;
}

/** A save that found the file changed by somebody else is refused and changes nothing. */
export type WriteOutcome =
  | { readonly saved: true; readonly version: string }
  | { readonly saved: false; readonly reason: 'changed' | 'removed' | 'exists' };

export interface HostFiles {
  /** Entries of a folder, `listedEntriesMax` at most. */
  list(path: string): Promise<FileListing>;
  /** Of what a link leads to; undefined when there is nothing. */
  stat(path: string): Promise<FileInfo | undefined>;
  /** At most `sizeBytesMax`, else it rejects. */
  read(path: string, sizeBytesMax: number): Promise<Uint8Array>;
  /**
   * Writes into the file, which stays the same file: a container that has it bind-mounted sees the change. `expected`
   * is the version that was read, `none` a file that must not be there yet; without it whatever is there is replaced.
   * The folders above are made.
   */
  write(
    path: string,
    content: Uint8Array,
    options?: { readonly expected?: string },
  ): Promise<WriteOutcome>;
  makeFolder(path: string): Promise<void>;
  /** Never replaces anything: rejects when the new name is taken. */
  rename(from: string, to: string): Promise<void>;
  /** With all that is in it. */
  remove(path: string): Promise<void>;
  /** A tar of a folder, names relative to its parent; at most `transferBytesMax`, else it rejects. */
  readTar(path: string): Promise<Uint8Array>;
}

/** Most entries of one folder that are listed: what a person can look through. */
export const listedEntriesMax = 2000;

/** Most that one upload or download holds: the page keeps it whole. */
export const transferBytesMax = 64 * 1024 * 1024;
