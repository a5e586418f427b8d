/** Files of a machine that is not there. */
import type { FileInfo, FileListing, HostFiles, WriteOutcome } from '../../api/files.ts';
import { childOf, foldersAbove, isWithin, nameOf, parentOf } from './paths.ts';

export class FakeFiles implements HostFiles {
  /** Content by path; undefined is a folder. */
  readonly contents = new Map<string, Uint8Array | undefined>([
    ['/', undefined],
    ['/root', undefined],
  ]);
  readonly #versions = new Map<string, number>();
  #clock = 0;

  /** As a program of the machine would. */
  put(path: string, text: string): void {
    for (const folder of foldersAbove(path)) this.contents.set(folder, undefined);
    this.contents.set(path, new TextEncoder().encode(text));
    this.#versions.set(path, ++this.#clock);
  }

  async list(path: string): Promise<FileListing> {
    if (!this.contents.has(path)) throw new Error(`Cannot open "${path}": ENOENT`);
    const children = [...this.contents.keys()].filter(
      (other) => other !== '/' && parentOf(other) === path,
    );
    const entries = children.sort().map((child) => this.#info(child));
    const isFolder = ({ type }: FileInfo) => type === 'dir';
    return {
      entries: [...entries.filter(isFolder), ...entries.filter((entry) => !isFolder(entry))],
      leftOut: 0,
    };
  }

  async stat(path: string): Promise<FileInfo | undefined> {
    return this.contents.has(path) ? this.#info(path) : undefined;
  }

  async read(path: string, sizeBytesMax: number): Promise<Uint8Array> {
    const content = this.contents.get(path);
    if (content === undefined) throw new Error(`Cannot open "${path}": ENOENT`);
    if (content.length > sizeBytesMax) throw new Error(`Cannot read "${path}": too large`);
    return content;
  }

  async write(
    path: string,
    content: Uint8Array,
    options: { readonly expected?: string } = {},
  ): Promise<WriteOutcome> {
    const { expected } = options;
    const exists = this.contents.has(path);
    if (expected === 'none' && exists) return { saved: false, reason: 'exists' };
    if (expected !== undefined && expected !== 'none') {
      if (!exists) return { saved: false, reason: 'removed' };
      if (this.#info(path).version !== expected) return { saved: false, reason: 'changed' };
    }
    this.put(path, new TextDecoder().decode(content));
    this.contents.set(path, content);
    return { saved: true, version: this.#info(path).version };
  }

  async makeFolder(path: string): Promise<void> {
    if (this.contents.has(path)) throw new Error(`Cannot make "${path}": it is there`);
    this.contents.set(path, undefined);
  }

  async rename(from: string, to: string): Promise<void> {
    if (this.contents.has(to)) throw new Error(`Cannot rename "${to}": it is there`);
    for (const path of this.contents.keys()) {
      if (!isWithin(path, from)) continue;
      this.contents.set(to + path.slice(from.length), this.contents.get(path));
      this.contents.delete(path);
    }
  }

  async remove(path: string): Promise<void> {
    for (const other of this.contents.keys()) {
      if (isWithin(other, path)) this.contents.delete(other);
    }
  }

  async readTar(path: string): Promise<Uint8Array> {
    return new TextEncoder().encode(`tar of ${childOf(path, '')}`);
  }

  #info(path: string): FileInfo {
    const content = this.contents.get(path);
    return {
      name: nameOf(path),
      path,
      type: content === undefined ? 'dir' : 'file',
      sizeBytes: content?.length ?? 0,
      version: String(this.#versions.get(path) ?? 0),
    };
  }
}
