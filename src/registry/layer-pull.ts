/** The layers of one image: downloaded side by side, reported in Docker's order, each stored under its diffID. */
import type { Digest } from '../image/digest.ts';
import type { LayerLease, LayerStore } from '../image/layer-store.ts';
import type { Descriptor } from '../image/manifest.ts';
import { downloadBlob, VerificationError, type Clock } from './blob-download.ts';
import type { KeyedMutex } from './keyed-mutex.ts';
import { LayerProgress, type ProgressListener } from './progress.ts';
import type { RepositoryClient } from './repository-client.ts';
import type { Slots } from './slots.ts';

/** One layer as the manifest (`blob`) and the config (`diffId`) name it. */
export interface WantedLayer {
  readonly blob: Descriptor;
  readonly diffId: Digest;
}

export interface LayerPullOptions {
  readonly client: RepositoryClient;
  readonly store: LayerStore;
  /** Keeps what is stored here until the image is. */
  readonly lease: LayerLease;
  readonly slots: Slots;
  /** Two pulls that want one layer: the second waits and finds it there. */
  readonly mutex: KeyedMutex;
  readonly clock: Clock;
  readonly report: ProgressListener;
  readonly signal: AbortSignal;
}

/** Stores all layers, bottom first. When one fails, the others are given up and the first error is thrown. */
export async function pullLayers(
  layers: readonly WantedLayer[],
  options: LayerPullOptions,
): Promise<void> {
  const abort = new AbortController();
  const signal = AbortSignal.any([options.signal, abort.signal]);
  const pulls = new Map<Digest, Promise<void>>();
  let firstError: unknown;
  let below: Promise<void> = Promise.resolve();
  for (const layer of layers) {
    options.lease.add(layer.diffId);
    // The same layer twice in a stack is one layer.
    if (pulls.has(layer.diffId)) continue;
    const progress = new LayerProgress(layer.blob.digest, {
      report: options.report,
      now: options.clock.now,
    });
    if ((await options.store.info(layer.diffId)) !== undefined) {
      progress.status('Already exists');
      continue;
    }
    progress.status('Pulling fs layer');
    const pull = pullLayer(layer, { ...options, signal, progress, below }).catch(
      (error: unknown) => {
        firstError ??= error;
        abort.abort(error);
        throw error;
      },
    );
    pull.catch(() => undefined);
    pulls.set(layer.diffId, pull);
    below = pull;
  }
  // All have let go of storage and network before the caller hears of the failure.
  const results = await Promise.allSettled(pulls.values());
  if (results.some(({ status }) => status === 'rejected')) {
    options.signal.throwIfAborted();
    throw firstError;
  }
}

interface OneLayerOptions extends LayerPullOptions {
  readonly progress: LayerProgress;
  /** The layer below: Docker unpacks in order, and says so in order. */
  readonly below: Promise<void>;
}

async function pullLayer(layer: WantedLayer, options: OneLayerOptions): Promise<void> {
  const { store, progress, signal, below } = options;
  const { blob, diffId } = layer;
  const slot = await options.slots.acquire(() => progress.status('Waiting'));
  try {
    const turn = await options.mutex.acquire(diffId);
    try {
      signal.throwIfAborted();
      if ((await store.info(diffId)) === undefined) await download(layer, options);
      await store.linkBlob(blob.digest, diffId, {
        sizeBytes: blob.sizeBytes,
        repository: options.client.repository,
      });
    } finally {
      turn.dispose();
    }
  } finally {
    slot.dispose();
  }
  progress.status('Download complete');
  await below;
  progress.bytes('Extracting', { current: blob.sizeBytes, total: blob.sizeBytes });
  progress.status('Pull complete');
}

async function download(layer: WantedLayer, options: OneLayerOptions): Promise<void> {
  const { blob, diffId } = layer;
  const { store, progress, client, clock, signal } = options;
  const ingest = () =>
    store.ingest(
      withChecksumNotice(
        downloadBlob({
          client,
          blob,
          clock,
          signal,
          onBytes: (current) => progress.bytes('Downloading', { current, total: blob.sizeBytes }),
          onRetry: (seconds) =>
            progress.status(`Retrying in ${seconds} second${seconds === 1 ? '' : 's'}`),
        }),
        progress,
      ),
      diffId,
    );
  try {
    await ingest();
  } catch (error) {
    // Pieces of several responses that do not fit together say nothing about the blob: once more, in one piece.
    if (!(error instanceof VerificationError && error.wasResumed)) throw error;
    await ingest();
  }
}

async function* withChecksumNotice(source: AsyncIterable<Uint8Array>, progress: LayerProgress) {
  yield* source;
  progress.status('Verifying Checksum');
}
