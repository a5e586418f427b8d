/**
 * `docker load`: docker archives (manifest.json) and OCI layouts (index.json), compressed or not. When an archive is
 * both, manifest.json counts, as in Docker. Nothing of a failed load stays but images that were whole before.
 */
import { KindError } from '../../lib/errors.ts';
import type { Digest } from '../digest.ts';
import type { ImageStore } from '../image-store.ts';
import type { IngestedLayer } from '../layer-store.ts';
import type { Platform } from '../platform.ts';
import { loadDockerArchive } from './docker-archive.ts';
import type { LoadContext } from './load-context.ts';
import { loadOciLayout } from './oci-layout.ts';
import { readArchive } from './read-archive.ts';

export interface LoadArchiveOptions {
  readonly store: ImageStore;
  readonly platform?: Platform | undefined;
  /** A layer that was not there before. */
  readonly onLayer?: (layer: IngestedLayer) => void;
  /** A line for the user, without its newline. */
  readonly onText?: (line: string) => void;
  readonly onImage?: (id: Digest) => Promise<void> | void;
  readonly signal?: AbortSignal;
}

export async function loadArchive(
  source: AsyncIterable<Uint8Array>,
  options: LoadArchiveOptions,
): Promise<void> {
  const { store, platform, signal } = options;
  const lease = store.lease();
  try {
    const archive = await readArchive(abortable(source, signal), { layers: store.layers, lease });
    const reported = new Set<Digest>();
    const context: LoadContext = {
      store,
      archive,
      lease,
      platform,
      signal,
      onText: options.onText ?? (() => {}),
      onImage: options.onImage ?? (() => {}),
      onLayer: (layer) => {
        if (layer.isNew && !reported.has(layer.diffId)) options.onLayer?.(layer);
        reported.add(layer.diffId);
      },
    };
    if (archive.has('manifest.json')) await loadDockerArchive(context);
    else if (archive.has('index.json')) await loadOciLayout(context);
    else throw new KindError('invalidParameter', 'open manifest.json: no such file or directory');
  } finally {
    await lease.release();
  }
}

async function* abortable(
  source: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, void> {
  for await (const chunk of source) {
    signal?.throwIfAborted();
    yield chunk;
  }
}
