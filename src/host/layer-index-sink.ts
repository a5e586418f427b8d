/** Indexes a layer while it is stored, and adds its size up. */
import { layerFileBytes } from '../image/layer-index.ts';
import { encodeLayerIndex } from '../image/layer-index-codec.ts';
import { LayerIndexer } from '../image/layer-indexer.ts';
import { checkOwner, type IdMapping } from '../guest/id-mapping.ts';
import type { IndexOptions, LayerIndexSink } from '../image/layer-store.ts';
import { parseWhiteout } from '../image/whiteout.ts';

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

/** Refuses layers with files of users that `ids` has none for. Nobody owns whiteouts, and a build's context is no layer. */
export function remappedIndexSink(ids: IdMapping): typeof createIndexSink {
  return (options = {}) =>
    options.plainNames === true
      ? createIndexSink(options)
      : createIndexSink({
          ...options,
          check: (entry) => {
            options.check?.(entry);
            const baseName = entry.name.slice(entry.name.lastIndexOf('/') + 1);
            if (parseWhiteout(baseName) === undefined) checkOwner(ids, entry);
          },
        });
}
