/** Bytes of files that lie in layers' tars. */
import { defaultLimits } from '../../image/decompress.ts';
import type { Digest } from '../../image/digest.ts';
import { createHasher, digestOf } from '../../image/hash.ts';
import type { LayerInode } from '../../image/layer-index.ts';
import type { LayerStore } from '../../image/layer-store.ts';
import { KindError } from '../../lib/errors.ts';
import { joinBytes } from '../../lib/join-bytes.ts';
import { SmallFiles } from './small-files.ts';
import type { TreeNode } from './file-tree.ts';

/** Read at once: large enough that a read costs little, small enough that many may wait. */
const chunkBytes = 1024 * 1024;

/** What the files of one layer hold together, holes included: no larger layer is stored. */
const layerContentBytesMax = defaultLimits.sizeBytesMax;

/** Rejects in the words of a full disk, on which Docker would write the holes of sparse files out. */
export function checkContentSize(sizeBytes: number): void {
  if (sizeBytes > layerContentBytesMax)
    throw new KindError('resourceExhausted', 'write: no space left on device');
}

/** In order; what no extent covers is zeros. */
export async function* fileContent(
  layers: LayerStore,
  { inode, contentOf }: TreeNode,
): AsyncGenerator<Uint8Array, void, void> {
  let at = 0;
  for (const { fileOffset, tarOffset, length } of inode.extents ?? []) {
    if (fileOffset > at) yield* zeros(fileOffset - at);
    for (let read = 0; read < length;) {
      const bytes = await layers.read(contentOf, {
        offset: tarOffset + read,
        length: Math.min(chunkBytes, length - read),
      });
      if (bytes.length === 0) throw new KindError('dataLoss', `layer ${contentOf} is cut short`);
      yield bytes;
      read += bytes.length;
    }
    at = fileOffset + length;
  }
  if (inode.sizeBytes > at) yield* zeros(inode.sizeBytes - at);
}

/** A hole takes no time to read, so nobody else would have a turn before its end: between pieces they have. */
async function* zeros(count: number): AsyncGenerator<Uint8Array, void, void> {
  for (let left = count; left > 0; left -= chunkBytes) {
    if (left !== count) await new Promise((resolve) => setTimeout(resolve, 0));
    yield new Uint8Array(Math.min(left, chunkBytes));
  }
}

/** All of a small file. Rejects `invalidParameter` when it is larger than `sizeBytesMax`. */
export async function readSmallFile(
  layers: LayerStore,
  node: TreeNode,
  sizeBytesMax: number,
): Promise<Uint8Array> {
  if (node.inode.sizeBytes > sizeBytesMax)
    throw new KindError('invalidParameter', `file is larger than ${sizeBytesMax} bytes`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of fileContent(layers, node)) chunks.push(chunk);
  return joinBytes(chunks);
}

/** Digests of files' contents, each file read once as long as its tree is in use. */
export class ContentDigests {
  readonly #layers: LayerStore;
  readonly #known = new WeakMap<LayerInode, Promise<Digest>>();
  readonly #smallFiles: SmallFiles;

  constructor(layers: LayerStore) {
    this.#layers = layers;
    this.#smallFiles = new SmallFiles(layers);
  }

  /** The bytes themselves, where they are few; valid until the next call. */
  small(node: TreeNode): Uint8Array | Promise<Uint8Array> | undefined {
    return this.#smallFiles.read(node);
  }

  of(node: TreeNode): Promise<Digest> {
    const known = this.#known.get(node.inode) ?? this.#hash(node);
    this.#known.set(node.inode, known);
    return known;
  }

  async #hash(node: TreeNode): Promise<Digest> {
    checkContentSize(node.inode.sizeBytes);
    if (node.inode.sizeBytes <= chunkBytes)
      return digestOf(await readSmallFile(this.#layers, node, chunkBytes));
    const hasher = await createHasher();
    for await (const chunk of fileContent(this.#layers, node)) hasher.update(chunk);
    return hasher.digest();
  }
}
