/**
 * Small files out of layers' tars, read a window at a time: those of a directory mostly lie side by side, and to wait for
 * each costs more than to read it.
 */
import type { Digest } from '../../image/digest.ts';
import type { LayerStore } from '../../image/layer-store.ts';
import { LruCache } from '../../lib/lru-cache.ts';
import type { TreeNode } from './file-tree.ts';

export const smallFileBytesMax = 64 * 1024;
const windowBytes = 1024 * 1024;
/** In memory. */
const windowsMax = 8;

interface Window {
  readonly layer: Digest;
  readonly index: number;
  readonly bytes: Uint8Array;
}

export class SmallFiles {
  readonly #layers: LayerStore;
  readonly #windows = new LruCache<string, Window>(windowsMax);
  #last: Window | undefined;

  constructor(layers: LayerStore) {
    this.#layers = layers;
  }

  /** A view of the file, or a promise of it; undefined where it is large, sparse or on two windows. */
  read({ inode, contentOf }: TreeNode): Uint8Array | Promise<Uint8Array> | undefined {
    const { sizeBytes, extents = [] } = inode;
    if (sizeBytes === 0) return new Uint8Array();
    const [extent] = extents;
    if (sizeBytes > smallFileBytesMax || extent?.length !== sizeBytes) return undefined;
    const index = Math.floor(extent.tarOffset / windowBytes);
    const start = extent.tarOffset - index * windowBytes;
    const end = start + sizeBytes;
    if (end > windowBytes) return undefined;
    if (this.#last?.layer === contentOf && this.#last.index === index)
      return this.#last.bytes.subarray(start, end);
    return this.#open(contentOf, index).then((bytes) => bytes.subarray(start, end));
  }

  async #open(layer: Digest, index: number): Promise<Uint8Array> {
    const key = `${layer}/${index}`;
    const range = { offset: index * windowBytes, length: windowBytes };
    const window = this.#windows.get(key) ?? {
      layer,
      index,
      bytes: await this.#layers.read(layer, range),
    };
    this.#windows.set(key, window);
    this.#last = window;
    return window.bytes;
  }
}
