/**
 * The machine's disk in the export: a directory with one file, `data`, the only one that can be written. The machine
 * attaches it to a loop device. While it is open nobody else can open it, so what the engine attached
 * is out of reach for everybody who finds the export.
 */
import type { BlockStore } from '../../disk/block-store.ts';
import { KindError } from '../../lib/errors.ts';
import type { MaybePromise } from '../../lib/maybe-promise.ts';
import type { DirectoryEntry, FileAttributes, FileTree } from './file-tree.ts';
import { directoryAttributes } from './joined-tree.ts';

const rootInode = 0;
const dataInode = 1;
const dataName = 'data';

export class DiskTree implements FileTree {
  readonly rootInode = rootInode;
  readonly #open: () => Promise<BlockStore>;
  #store: BlockStore | undefined;
  #opening: Promise<void> | undefined;

  /** `open` is called when the machine first looks into the directory. */
  constructor(open: () => Promise<BlockStore>) {
    this.#open = open;
  }

  prepare(): Promise<void> | undefined {
    if (this.#store !== undefined) return undefined;
    this.#opening ??= this.#open().then(
      (store) => {
        this.#store = store;
      },
      (error: unknown) => {
        this.#opening = undefined;
        throw error;
      },
    );
    return this.#opening;
  }

  attributes(inode: number): FileAttributes {
    if (inode === rootInode) return { ...directoryAttributes, mode: 0o700 };
    const { sizeBytes } = this.#disk();
    return { ...directoryAttributes, type: 'file', mode: 0o600, linkCount: 1, sizeBytes };
  }

  lookup(inode: number, name: string): number | undefined {
    return inode === rootInode && name === dataName ? dataInode : undefined;
  }

  list(): readonly DirectoryEntry[] {
    return [{ name: dataName, inode: dataInode }];
  }

  read(_inode: number, offset: number, length: number): MaybePromise<Uint8Array> {
    return this.#disk().read(offset, length);
  }

  canWrite(inode: number): boolean {
    return inode === dataInode;
  }

  write(_inode: number, offset: number, bytes: Uint8Array): MaybePromise<void> {
    return this.#disk().write(offset, bytes);
  }

  sync(): Promise<void> {
    return this.#disk().flush();
  }

  readlink(): string {
    throw new KindError('invalidParameter', 'Cannot read the disk as a link');
  }

  xattrs(): Readonly<Record<string, Uint8Array>> {
    return {};
  }

  #disk(): BlockStore {
    if (this.#store === undefined) throw new KindError('unavailable', 'The disk is not open');
    return this.#store;
  }
}
