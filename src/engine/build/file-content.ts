/** Bytes of files that lie in layers' tars. */
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

/** In order; what no extent covers is zeros. */
export async function* fileContent(
  layers: LayerStore,
  { inode, contentOf }: TreeNode,
): AsyncGenerator<Uint8Array, void, void> {
  let at = 0;
  for (const { fileOffset, tarOffset, length } of inode.extents ?? []) {
    yield* zeros(fileOffset - at);
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
  yield* zeros(inode.sizeBytes - at);
}

function* zeros(count: number): Generator<Uint8Array, void, void> {
  for (let left = count; left > 0; left -= chunkBytes) {
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
    if (node.inode.sizeBytes <= chunkBytes)
      return digestOf(await readSmallFile(this.#layers, node, chunkBytes));
    const hasher = await createHasher();
    for await (const chunk of fileContent(this.#layers, node)) hasher.update(chunk);
    return hasher.digest();
  }
}
