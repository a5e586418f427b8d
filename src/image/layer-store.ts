/**
 * Layers: each stored uncompressed under its diffID, with its index in the record `layer-index/<diffID>`, and with a
 * record `blob-diff-id/<digest>` for each compressed blob it was made from, so that no blob is downloaded twice.
 * `layer-size/<diffID>` holds the size that Docker shows.
 *
 * **Invariant:** a layer exists when both its index and its blob do. The index is written first: whatever an
 * interrupted write leaves can be found by its record and forgotten.
 */
import { errorMessage, KindError } from '../lib/errors.ts';
import type { BlobWriter, ContentStore, RecordStore } from './content-store.ts';
import { decompress, defaultLimits, type DecompressLimits } from './decompress.ts';
import { isDigest, type Digest } from './digest.ts';
import type { TarEntry } from './tar-reader.ts';

/** What reads the tar of a layer while it is stored, and refuses what is not one. */
export interface LayerIndexSink {
  write(chunk: Uint8Array): void | Promise<void>;
  /** The encoded index. Rejects `dataLoss` or `invalidParameter` for a tar that is cut short or malformed. */
  finish(diffId: Digest): Uint8Array | Promise<Uint8Array>;
  /** Bytes of the files, each counted once, when `finish` is over; what Docker calls the size of a layer. */
  fileBytes?(): number;
}

export interface IndexOptions {
  /** `.wh.x` is a file of that name: the tar is no layer, and whites nothing out. */
  readonly plainNames?: boolean;
  /** Throws for what may not be in it. */
  readonly check?: (entry: TarEntry) => void;
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
  readonly createIndexSink: (options?: IndexOptions) => LayerIndexSink;
  /** Without it links into lower layers are missing from the layer. */
  readonly resolveLinks?: ResolveLinks;
  readonly limits?: DecompressLimits;
}

export interface LayerInfo {
  readonly diffId: Digest;
  /** Of the files in it, as Docker counts. */
  readonly sizeBytes: number;
  /** Of the uncompressed tar. */
  readonly tarBytes: number;
}

/** A blob that a layer was pulled or pushed as. */
export interface LayerSource {
  readonly digest: Digest;
  /** Compressed. */
  readonly sizeBytes: number;
  /** `docker.io/library/busybox`. */
  readonly repository: string;
}

/** What was stored just now, or was there before. */
export interface IngestedLayer extends LayerInfo {
  readonly isNew: boolean;
}

/** Keeps the layers it names from being removed, while they are not yet part of an image. */
export interface LayerLease {
  add(diffId: Digest): void;
  /** Lets go and forgets those layers that nothing else keeps. Idempotent. */
  release(): Promise<void>;
}

const indexPrefix = 'layer-index/';
const sizePrefix = 'layer-size/';
const blobPrefix = 'blob-diff-id/';
const sourcesPrefix = 'layer-sources/';
/** As Docker: repositories remembered for one layer. */
const sourcesMax = 50;

export class LayerStore {
  readonly #content: ContentStore;
  readonly #records: RecordStore;
  readonly #createIndexSink: LayerStoreOptions['createIndexSink'];
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
    const tarBytes = blob.sizeBytes;
    // Written after the index and forgotten before it, so it stands for that, which is much larger.
    const size = await this.#records.get(sizePrefix + diffId);
    if (size !== undefined)
      return { diffId, sizeBytes: Number(new TextDecoder().decode(size)), tarBytes };
    const index = await this.#records.get(indexPrefix + diffId);
    return index && { diffId, sizeBytes: tarBytes, tarBytes };
  }

  /** The encoded index of a layer. */
  async index(diffId: Digest): Promise<Uint8Array> {
    const index = await this.#records.get(indexPrefix + diffId);
    if (index === undefined) throw new KindError('notFound', `layer does not exist: ${diffId}`);
    return index;
  }

  /** The uncompressed tar of a layer, verified as it streams. */
  tar(diffId: Digest): ReadableStream<Uint8Array> {
    return this.#content.stream(diffId);
  }

  /** Bytes of the uncompressed tar, fewer at its end. */
  read(
    diffId: Digest,
    range: { readonly offset: number; readonly length: number },
  ): Promise<Uint8Array> {
    return this.#content.read(diffId, range.offset, range.length);
  }

  /** Undefined when `source`, uncompressed, is the stored layer; else all of `source`. */
  async unlessSame(
    diffId: Digest,
    source: AsyncIterable<Uint8Array>,
  ): Promise<AsyncIterable<Uint8Array> | undefined> {
    if ((await this.info(diffId)) === undefined) return source;
    return this.#content.unlessSame(diffId, source);
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

  /** Notes that the verified blob `digest` is the layer `diffId`, and in which repository it was seen. */
  async linkBlob(
    digest: Digest,
    diffId: Digest,
    seen?: { readonly sizeBytes: number; readonly repository: string },
  ): Promise<void> {
    await this.#records.set(blobPrefix + digest, new TextEncoder().encode(diffId));
    if (seen === undefined) return;
    const source = { digest, ...seen };
    const isSame = (other: LayerSource) =>
      other.digest === digest && other.repository === seen.repository;
    const others = (await this.sources(diffId)).filter((other) => !isSame(other));
    const sources = [...others, source].slice(-sourcesMax);
    const value = new TextEncoder().encode(JSON.stringify(sources));
    await this.#records.set(sourcesPrefix + diffId, value);
  }

  /** Where a layer is known to be, compressed; the youngest last. */
  async sources(diffId: Digest): Promise<LayerSource[]> {
    const value = await this.#records.get(sourcesPrefix + diffId);
    if (value === undefined) return [];
    return JSON.parse(new TextDecoder().decode(value)) as LayerSource[];
  }

  /**
   * Stores the layer that `source`, compressed or not, holds. `source` ends by throwing when its own bytes are not
   * the ones expected. Rejects `dataLoss` and keeps nothing when the bytes are not those of `diffId`.
   */
  async ingest(source: AsyncIterable<Uint8Array>, diffId: Digest): Promise<LayerInfo> {
    const sink = this.#createIndexSink();
    const writer = await this.#content.create();
    try {
      await this.#copy(source, { sink, writer }).catch((cause: unknown) => {
        throw cause instanceof TarRefusal ? registerError(cause.cause) : cause;
      });
      const index = await finishIndex(sink, diffId);
      return await this.#commit(writer, { index, diffId, fileBytes: sink.fileBytes?.() });
    } catch (error) {
      await writer.abort();
      throw error;
    }
  }

  /** Stores a layer whose diffID only its bytes tell, and has `lease` keep it. */
  async ingestNew(
    source: AsyncIterable<Uint8Array>,
    lease: LayerLease,
    options: IndexOptions = {},
  ): Promise<IngestedLayer> {
    const sink = this.#createIndexSink(options);
    const writer = await this.#content.create();
    try {
      await this.#copy(source, { sink, writer }).catch((cause: unknown) => {
        throw cause instanceof TarRefusal ? cause.cause : cause;
      });
      const diffId = writer.digest();
      lease.add(diffId);
      const known = await this.info(diffId);
      if (known === undefined) {
        const index = await sink.finish(diffId);
        const parts = { index, diffId, fileBytes: sink.fileBytes?.() };
        return { ...(await this.#commit(writer, parts)), isNew: true };
      }
      // Its index may be complete already, which the new one is not.
      await writer.abort();
      return { ...known, isNew: false };
    } catch (error) {
      await writer.abort();
      throw error;
    }
  }

  /** Throws a `TarRefusal` after the last byte: bytes that turn out to be the wrong ones are the better explanation. */
  async #copy(
    source: AsyncIterable<Uint8Array>,
    { sink, writer }: { sink: LayerIndexSink; writer: BlobWriter },
  ): Promise<void> {
    let refusal: TarRefusal | undefined;
    for await (const chunk of decompress(source, this.#limits)) {
      await writer.write(chunk);
      if (refusal !== undefined) continue;
      try {
        await sink.write(chunk);
      } catch (cause) {
        refusal = new TarRefusal(cause);
      }
    }
    if (refusal !== undefined) throw refusal;
  }

  async #commit(
    writer: BlobWriter,
    parts: { index: Uint8Array; diffId: Digest; fileBytes: number | undefined },
  ): Promise<LayerInfo> {
    const { index, diffId, fileBytes } = parts;
    try {
      await this.#records.set(indexPrefix + diffId, index);
      if (fileBytes !== undefined) {
        await this.#records.set(sizePrefix + diffId, new TextEncoder().encode(String(fileBytes)));
      }
      const { sizeBytes: tarBytes } = await writer.commit(diffId);
      return { diffId, sizeBytes: fileBytes ?? tarBytes, tarBytes };
    } catch (error) {
      if ((await this.#content.info(diffId)) === undefined) {
        await this.#records.delete(sizePrefix + diffId);
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
    await this.#records.delete(sourcesPrefix + diffId);
    await this.#records.delete(sizePrefix + diffId);
    await this.#records.delete(indexPrefix + diffId);
    return existed;
  }

  /** Every layer that has a record, complete or not. */
  async diffIds(): Promise<Digest[]> {
    const keys = await this.#records.keys(indexPrefix);
    return keys.map((key) => key.slice(indexPrefix.length)).filter(isDigest);
  }
}

/** What the tar of a layer was refused for. */
class TarRefusal extends Error {
  constructor(cause: unknown) {
    super(errorMessage(cause), { cause });
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
