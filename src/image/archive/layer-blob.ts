/** A layer as an archive has it: its tar, or the tar compressed. */
import type { Digest } from '../digest.ts';
import { gzip } from '../gzip-encoder.ts';
import { createHasher } from '../hash.ts';
import type { LayerInfo, LayerStore } from '../layer-store.ts';

export type LayerCompression = 'uncompressed' | 'gzip';

export interface LayerBlob {
  readonly diffId: Digest;
  /** Of the bytes that `open` gives. */
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly open: () => AsyncIterable<Uint8Array>;
}

/** A tar's header needs the size first: what is compressed is so twice, always to the same bytes, and never kept. */
export async function layerBlob(
  layers: LayerStore,
  { diffId, tarBytes }: LayerInfo,
  compression: LayerCompression,
): Promise<LayerBlob> {
  if (compression === 'uncompressed')
    return { diffId, digest: diffId, sizeBytes: tarBytes, open: () => layers.tar(diffId) };
  const open = () => gzip(layers.tar(diffId));
  const hasher = await createHasher();
  let sizeBytes = 0;
  for await (const chunk of open()) {
    hasher.update(chunk);
    sizeBytes += chunk.length;
  }
  return { diffId, digest: hasher.digest(), sizeBytes, open };
}
