/** Indexes a layer while it is stored, and adds its size up. */
import { layerFileBytes } from '../image/layer-index.ts';
import { encodeLayerIndex } from '../image/layer-index-codec.ts';
import { LayerIndexer } from '../image/layer-indexer.ts';
import type { IndexOptions, LayerIndexSink } from '../image/layer-store.ts';

export function createIndexSink(options: IndexOptions = {}): LayerIndexSink {
  const indexer = new LayerIndexer(options);
  let fileBytes = 0;
  return {
    write: (chunk) => indexer.write(chunk),
    finish: (diffId) => {
      const index = indexer.finish(diffId);
      fileBytes = layerFileBytes(index);
      return encodeLayerIndex(index);
    },
    fileBytes: () => fileBytes,
  };
}
