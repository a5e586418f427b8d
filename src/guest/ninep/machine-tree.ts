/**
 * The machine's own user land as a FileTree: its index and boot pack come in one download, all other
 * content when a program first reads it. Nothing here costs the boot anything but that download.
 */
import { KindError, errorMessage } from '../../lib/errors.ts';
import { digestOf } from '../../image/hash.ts';
import type { MaybePromise } from '../../lib/maybe-promise.ts';
import type { DirectoryEntry, FileAttributes, FileTree } from './file-tree.ts';
import { MachineBlobs, type MachineBlobsOptions } from './machine-blobs.ts';
import { type MachineIndex, type MachineInode, decodeMachineIndex } from './machine-index.ts';

/** Name of the index and boot pack below `public/machine/`. */
export const userlandFileName = 'userland.bin';
/** Prefetching must leave connections free for what somebody waits for. */
const prefetchConcurrency = 3;

export interface MachineTreeOptions extends MachineBlobsOptions {
  /** sha256 of `userland.bin` as the manifest has it, in hex; not checked when absent. */
  readonly userlandSha256?: string;
}

export class MachineTree implements FileTree {
  readonly rootInode = 0;
  readonly #options: MachineTreeOptions;
  readonly #blobs: MachineBlobs;
  #index: MachineIndex | undefined;
  #loading: Promise<void> | undefined;

  constructor(options: MachineTreeOptions) {
    this.#options = options;
    this.#blobs = new MachineBlobs(options);
  }

  prepare(): Promise<void> | undefined {
    return this.#index === undefined ? this.load() : undefined;
  }

  /**
   * Fetches the index and the boot pack; start it beside the kernel's download. Rejects
   * `unavailable` or `dataLoss`; a later call tries again.
   */
  load(): Promise<void> {
    if (this.#index !== undefined) return Promise.resolve();
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  /**
   * Fetches a group of blobs that will be wanted soon: `everyday` after the first prompt. Failures
   * show when somebody reads the files. Resolves with the number of blobs that are at hand.
   */
  async prefetch(group: string): Promise<number> {
    const index = this.#loaded();
    const queue = [...(index.groups[group] ?? [])];
    let count = 0;
    const work = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const blob = index.blobs[next];
        if (blob === undefined) continue;
        await this.#blobs.prefetch(blob).then(
          () => count++,
          () => undefined,
        );
      }
    };
    await Promise.all(Array.from({ length: prefetchConcurrency }, work));
    return count;
  }

  attributes(inode: number): FileAttributes {
    const { type, mode, uid, gid, sizeBytes, linkCount } = this.#inode(inode);
    return {
      type,
      mode,
      uid,
      gid,
      sizeBytes,
      linkCount,
      mtimeSeconds: this.#loaded().mtimeSeconds,
      mtimeNanoseconds: 0,
      deviceMajor: 0,
      deviceMinor: 0,
    };
  }

  lookup(inode: number, name: string): number | undefined {
    return this.#inode(inode).children?.get(name);
  }

  list(inode: number): readonly DirectoryEntry[] {
    return Array.from(this.#inode(inode).children ?? [], ([name, child]) => ({
      name,
      inode: child,
    }));
  }

  read(inode: number, offset: number, length: number): MaybePromise<Uint8Array> {
    const file = this.#inode(inode);
    const end = Math.min(offset + length, file.sizeBytes);
    if (offset >= end) return new Uint8Array(0);
    const atHand = this.#readBootPack(file, offset, end);
    if (atHand !== undefined) return atHand;
    const blob = file.blob === undefined ? undefined : this.#loaded().blobs[file.blob];
    if (blob === undefined) throw new KindError('dataLoss', `Cannot read inode ${inode}: no blob`);
    this.#fetchNeeds(file);
    const slice = (bytes: Uint8Array): Uint8Array =>
      bytes.subarray(file.blobOffset + offset, file.blobOffset + end);
    const bytes = this.#blobs.bytes(blob);
    return bytes instanceof Promise ? bytes.then(slice) : slice(bytes);
  }

  readlink(inode: number): string {
    return this.#inode(inode).target ?? '';
  }

  xattrs(): Readonly<Record<string, Uint8Array>> {
    return {};
  }

  async #load(): Promise<void> {
    const { fetchFile, userlandSha256 } = this.#options;
    let content;
    try {
      content = await fetchFile(userlandFileName);
    } catch (cause) {
      const message = `Cannot fetch the machine's files: ${errorMessage(cause)}`;
      throw new KindError('unavailable', message, { cause });
    }
    if (userlandSha256 !== undefined && (await digestOf(content)) !== `sha256:${userlandSha256}`) {
      throw new KindError('dataLoss', `Cannot use "${userlandFileName}": wrong content`);
    }
    try {
      this.#index = decodeMachineIndex(content);
    } catch (cause) {
      if (cause instanceof KindError) throw cause;
      const message = `Cannot use "${userlandFileName}": ${errorMessage(cause)}`;
      throw new KindError('dataLoss', message, { cause });
    }
  }

  /** The bytes [offset, end) if the boot pack has them all. */
  #readBootPack(file: MachineInode, offset: number, end: number): Uint8Array | undefined {
    const extent = file.extents.find((it) => it.offset <= offset && it.offset + it.length >= end);
    if (extent === undefined) return undefined;
    const start = extent.packOffset + offset - extent.offset;
    return this.#loaded().bootPack.subarray(start, start + end - offset);
  }

  /** A program's libraries are asked for one by one as the linker finds them: fetch them at once. */
  #fetchNeeds(file: MachineInode): void {
    if (file.needs.length === 0) return;
    const { blobs } = this.#loaded();
    for (const need of file.needs) {
      const blob = blobs[need];
      // A failure shows when the linker opens the library.
      if (blob !== undefined) void this.#blobs.prefetch(blob).catch(() => undefined);
    }
    file.needs = [];
  }

  #loaded(): MachineIndex {
    if (this.#index === undefined) {
      throw new KindError('unavailable', "Cannot read the machine's files: not loaded yet");
    }
    return this.#index;
  }

  #inode(inode: number): MachineInode {
    const found = this.#loaded().inodes[inode];
    if (found === undefined) throw new KindError('notFound', `Cannot find inode ${inode}`);
    return found;
  }
}
