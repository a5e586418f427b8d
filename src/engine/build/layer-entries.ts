/** A layer in the making: entries by path, written as a tar that the same entries always give. */
import type { LayerStore } from '../../image/layer-store.ts';
import { tarEnd, tarHeader, tarPadding, type TarWriterEntry } from '../../image/tar-writer.ts';
import type { Digest } from '../../image/digest.ts';
import { createBatchHasher } from './batch-hasher.ts';
import { checkContentSize, fileContent, type ContentDigests } from './file-content.ts';
import type { TreeNode } from './file-tree.ts';

/** Without a slash at either end; paths are from the root. */
export interface LayerEntry extends Omit<
  TarWriterEntry,
  'name' | 'sizeBytes' | 'mtimeNanoseconds'
> {
  /** Of a file: where its bytes are. */
  readonly content?: TreeNode | Uint8Array;
}

export class LayerEntries {
  readonly #entries = new Map<string, LayerEntry>();
  /** Until the next `set`. */
  #sorted: [string, LayerEntry][] | undefined;
  #contentBytes = 0;

  get(path: string): LayerEntry | undefined {
    return this.#entries.get(path);
  }

  /** Throws `resourceExhausted` when its files hold more than a layer may. */
  set(path: string, entry: LayerEntry): void {
    this.#contentBytes +=
      contentSize(entry.content) - contentSize(this.#entries.get(path)?.content);
    checkContentSize(this.#contentBytes);
    this.#entries.set(path, entry);
    this.#sorted = undefined;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Parents before what is in them. */
  sorted(): readonly [string, LayerEntry][] {
    if (this.#sorted !== undefined) return this.#sorted;
    const keyed = [...this.#entries].map((entry) => ({ key: byDepth(entry[0]), entry }));
    keyed.sort((a, b) => (a.key < b.key ? -1 : 1));
    return (this.#sorted = keyed.map(({ entry }) => entry));
  }

  async *tar(layers: LayerStore): AsyncGenerator<Uint8Array, void, void> {
    for (const [path, { content, ...entry }] of this.sorted()) {
      const sizeBytes = contentSize(content);
      const name = entry.type === 'dir' ? `${path}/` : path;
      yield tarHeader({ ...entry, name, sizeBytes });
      if (content instanceof Uint8Array) yield content;
      else if (content !== undefined) yield* fileContent(layers, content);
      yield tarPadding(sizeBytes);
    }
    yield tarEnd;
  }

  /** Of everything that Docker's cache heeds: all but times. */
  async checksum(digests: ContentDigests): Promise<Digest> {
    const hasher = await createBatchHasher();
    for (const [path, { content, mtimeSeconds: _time, xattrs = {}, ...entry }] of this.sorted()) {
      const attributes = Object.entries(xattrs).map(([name, value]) => [name, [...value]]);
      hasher.text(`${JSON.stringify([path, entry, attributes, contentSize(content)])}\n`);
      if (content === undefined) continue;
      const bytes = content instanceof Uint8Array ? content : digests.small(content);
      // What is there already is not waited for.
      if (bytes instanceof Uint8Array) hasher.bytes(bytes);
      else if (bytes !== undefined) hasher.bytes(await bytes);
      else if (!(content instanceof Uint8Array)) hasher.text(await digests.of(content));
    }
    return hasher.digest();
  }
}

function contentSize(content: LayerEntry['content']): number {
  if (content === undefined) return 0;
  return content instanceof Uint8Array ? content.length : content.inode.sizeBytes;
}

/** A slash sorts before every other character, so that a directory's files come right behind it. */
function byDepth(path: string): string {
  return path.replaceAll('/', '\u0000');
}
