/**
 * Layers: each stored uncompressed under its diffID, with its index in the record `layer-index/<diffID>`, and with a
 * record `blob-diff-id/<digest>` for each compressed blob it was made from, so that no blob is downloaded twice.
 *
 * **Invariant:** a layer exists when both its index and its blob do. The index is written first: whatever an
 * interrupted write leaves can be found by its record and forgotten.
 */
import { errorMessage, KindError } from '../lib/errors.ts';
import type { ContentStore, RecordStore } from './content-store.ts';
import { decompress, defaultLimits, type DecompressLimits } from './decompress.ts';
import { isDigest, type Digest } from './digest.ts';

/** What reads the tar of a layer while it is stored, and refuses what is not one. */
export interface LayerIndexSink {
  write(chunk: Uint8Array): void | Promise<void>;
  /** The encoded index. Rejects `dataLoss` or `invalidParameter` for a tar that is cut short or malformed. */
  finish(diffId: Digest): Uint8Array | Promise<Uint8Array>;
}

/**
 * Completes an encoded index whose tar has hard links into layers below (their indexes, bottom first); undefined when
 * it is complete. Rejects `invalidParameter` for links to nothing.
 */
export type ResolveLinks = (
  index: Uint8Array,
  parents: () => Promise<readonly Uint8Array[]>,
) => Promise<Uint8Array | undefined>;

export interface LayerStoreOptions {
  readonly content: ContentStore;
  readonly records: RecordStore;
  readonly createIndexSink: () => LayerIndexSink;
  /** Without it links into lower layers are missing from the layer. */
  readonly resolveLinks?: ResolveLinks;
  readonly limits?: DecompressLimits;
}

export interface LayerInfo {
  readonly diffId: Digest;
  /** Uncompressed. */
  readonly sizeBytes: number;
}

/** Keeps the layers it names from being removed, while they are not yet part of an image. */
export interface LayerLease {
  add(diffId: Digest): void;
  /** Lets go and forgets those layers that nothing else keeps. Idempotent. */
  release(): Promise<void>;
}

const indexPrefix = 'layer-index/';
const blobPrefix = 'blob-diff-id/';

export class LayerStore {
  readonly #content: ContentStore;
  readonly #records: RecordStore;
  readonly #createIndexSink: () => LayerIndexSink;
  readonly #resolveLinks: ResolveLinks | undefined;
  readonly #limits: DecompressLimits;
  readonly #leases = new Map<Digest, number>();

  constructor(options: LayerStoreOptions) {
    this.#content = options.content;
    this.#records = options.records;
    this.#createIndexSink = options.createIndexSink;
    this.#resolveLinks = options.resolveLinks;
    this.#limits = options.limits ?? defaultLimits;
  }

  async info(diffId: Digest): Promise<LayerInfo | undefined> {
    const blob = await this.#content.info(diffId);
    if (blob === undefined) return undefined;
    const index = await this.#records.get(indexPrefix + diffId);
    return index && { diffId, sizeBytes: blob.sizeBytes };
  }

  /** The encoded index of a layer. */
  async index(diffId: Digest): Promise<Uint8Array> {
    const index = await this.#records.get(indexPrefix + diffId);
    if (index === undefined) throw new KindError('notFound', `layer does not exist: ${diffId}`);
    return index;
  }

  /** Completes the indexes of an image's layers, bottom first, once all are stored. Idempotent. */
  async resolveLinks(diffIds: readonly Digest[]): Promise<void> {
    for (const [position, diffId] of diffIds.entries()) {
      const below = diffIds.slice(0, position);
      const parents = () => Promise.all(below.map((parent) => this.index(parent)));
      try {
        const index = await this.#resolveLinks?.(await this.index(diffId), parents);
        if (index !== undefined) await this.#records.set(indexPrefix + diffId, index);
      } catch (cause) {
        throw registerError(cause);
      }
    }
  }

  /** The stored layer that the compressed blob `digest` was found to be; undefined when there is none. */
  async fromBlob(digest: Digest): Promise<LayerInfo | undefined> {
    const record = await this.#records.get(blobPrefix + digest);
    const diffId = record && new TextDecoder().decode(record);
    return diffId !== undefined && isDigest(diffId) ? this.info(diffId) : undefined;
  }

  /** Notes that the verified blob `digest` is the layer `diffId`. */
  async linkBlob(digest: Digest, diffId: Digest): Promise<void> {
    await this.#records.set(blobPrefix + digest, new TextEncoder().encode(diffId));
  }

  /**
   * Stores the layer that `source`, compressed or not, holds. `source` ends by throwing when its own bytes are not
   * the ones expected. Rejects `dataLoss` and keeps nothing when the bytes are not those of `diffId`.
   */
  async ingest(source: AsyncIterable<Uint8Array>, diffId: Digest): Promise<LayerInfo> {
    const sink = this.#createIndexSink();
    const writer = await this.#content.create();
    try {
      let refusal: KindError | undefined;
      for await (const chunk of decompress(source, this.#limits)) {
        await writer.write(chunk);
        if (refusal !== undefined) continue;
        try {
          await sink.write(chunk);
        } catch (cause) {
          // Wait for the end: bytes that turn out to be the wrong ones are the better explanation.
          refusal = registerError(cause);
        }
      }
      if (refusal !== undefined) throw refusal;
      const index = await finishIndex(sink, diffId);
      await this.#records.set(indexPrefix + diffId, index);
      const { sizeBytes } = await writer.commit(diffId);
      return { diffId, sizeBytes };
    } catch (error) {
      await writer.abort();
      if ((await this.#content.info(diffId)) === undefined) {
        await this.#records.delete(indexPrefix + diffId);
      }
      throw error;
    }
  }

  lease(isReferenced: (diffId: Digest) => Promise<boolean>): LayerLease {
    const held = new Set<Digest>();
    return {
      add: (diffId) => {
        if (held.has(diffId)) return;
        held.add(diffId);
        this.#leases.set(diffId, (this.#leases.get(diffId) ?? 0) + 1);
      },
      release: async () => {
        const layers = [...held];
        held.clear();
        for (const diffId of layers) {
          const count = (this.#leases.get(diffId) ?? 1) - 1;
          if (count > 0) this.#leases.set(diffId, count);
          else this.#leases.delete(diffId);
        }
        for (const diffId of layers) {
          if (!(await isReferenced(diffId))) await this.remove(diffId);
        }
      },
    };
  }

  /** Forgets a layer, unless a lease keeps it. Returns whether there was one to forget. */
  async remove(diffId: Digest): Promise<boolean> {
    if (this.#leases.has(diffId)) return false;
    const existed = (await this.info(diffId)) !== undefined;
    for (const key of await this.#records.keys(blobPrefix)) {
      const value = await this.#records.get(key);
      if (value && new TextDecoder().decode(value) === diffId) await this.#records.delete(key);
    }
    // The record last, so that an interrupted removal can be found and finished.
    await this.#content.delete(diffId);
    await this.#records.delete(indexPrefix + diffId);
    return existed;
  }

  /** Every layer that has a record, complete or not. */
  async diffIds(): Promise<Digest[]> {
    const keys = await this.#records.keys(indexPrefix);
    return keys.map((key) => key.slice(indexPrefix.length)).filter(isDigest);
  }
}

async function finishIndex(sink: LayerIndexSink, diffId: Digest): Promise<Uint8Array> {
  try {
    return await sink.finish(diffId);
  } catch (cause) {
    throw registerError(cause);
  }
}

/** Docker's words for a layer it cannot unpack. */
function registerError(cause: unknown): KindError {
  return new KindError('invalidParameter', `failed to register layer: ${errorMessage(cause)}`, {
    cause,
  });
}
