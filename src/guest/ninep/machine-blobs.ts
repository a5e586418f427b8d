/**
 * Blobs of the machine's user land: fetched when first needed, checked against their digest, kept in
 * the content store for the next visit, and held in memory up to a named size.
 */
import { decompress } from 'fzstd';
import { KindError, errorMessage } from '../../lib/errors.ts';
import { digestOf } from '../../image/hash.ts';
import type { MaybePromise } from '../../lib/maybe-promise.ts';
import type { MachineBlob } from './machine-index.ts';

type BlobDigest = MachineBlob['digest'];

/** Whole blobs in memory: the C library and what a session is just using. */
export const blobMemorySizeBytesMax = 24 * 1024 * 1024;
/** A short loss of the network must not end as a bus error in a running program. */
const fetchAttemptCountMax = 3;
const retryDelayMs = 400;

/** What is asked of a content store (image/content-store.ts has it). */
export interface BlobStore {
  info(digest: BlobDigest): Promise<{ readonly sizeBytes: number } | undefined>;
  read(digest: BlobDigest, offset: number, length: number): Promise<Uint8Array>;
  create(): Promise<{
    write(chunk: Uint8Array): Promise<void>;
    commit(expected?: BlobDigest): Promise<unknown>;
    abort(): Promise<void>;
  }>;
}

export interface MachineBlobsOptions {
  /** The bytes of a file below `public/machine/`, `files/<2 hex>/<64 hex>.zst` here. */
  readonly fetchFile: (path: string) => Promise<Uint8Array>;
  readonly store?: BlobStore;
  readonly memorySizeBytesMax?: number;
  /** For tests. */
  readonly sleep?: (milliseconds: number) => Promise<void>;
}

export class MachineBlobs {
  readonly #options: MachineBlobsOptions;
  readonly #memorySizeBytesMax: number;
  readonly #sleep: (milliseconds: number) => Promise<void>;
  /** Least recently used first. */
  readonly #memory = new Map<BlobDigest, Uint8Array>();
  readonly #loading = new Map<BlobDigest, Promise<Uint8Array>>();
  #memorySizeBytes = 0;

  constructor(options: MachineBlobsOptions) {
    this.#options = options;
    this.#memorySizeBytesMax = options.memorySizeBytesMax ?? blobMemorySizeBytesMax;
    this.#sleep =
      options.sleep ?? ((milliseconds) => new Promise((done) => setTimeout(done, milliseconds)));
  }

  get memorySizeBytes(): number {
    return this.#memorySizeBytes;
  }

  /** The blob's bytes. Rejects `unavailable` or `dataLoss`; a later call tries again. */
  bytes(blob: MachineBlob): MaybePromise<Uint8Array> {
    const held = this.#memory.get(blob.digest);
    if (held !== undefined) {
      this.#memory.delete(blob.digest);
      this.#memory.set(blob.digest, held);
      return held;
    }
    return this.#load(blob);
  }

  /** Makes sure that the blob is at hand here or in the store, without waiting for it twice. */
  async prefetch(blob: MachineBlob): Promise<void> {
    if (this.#memory.has(blob.digest)) return;
    if ((await this.#options.store?.info(blob.digest)) === undefined) await this.#load(blob);
  }

  #load(blob: MachineBlob): Promise<Uint8Array> {
    const running = this.#loading.get(blob.digest);
    if (running !== undefined) return running;
    const loading = this.#readOrFetch(blob)
      .then((bytes) => {
        this.#remember(blob.digest, bytes);
        return bytes;
      })
      .finally(() => this.#loading.delete(blob.digest));
    this.#loading.set(blob.digest, loading);
    return loading;
  }

  async #readOrFetch(blob: MachineBlob): Promise<Uint8Array> {
    const stored = await this.#readStored(blob);
    if (stored !== undefined) return stored;
    const bytes = await this.#fetch(blob);
    // The store is a convenience here: a full one only means fetching again at the next visit.
    await this.#keep(blob, bytes).catch(() => undefined);
    return bytes;
  }

  async #readStored({ digest, sizeBytes }: MachineBlob): Promise<Uint8Array | undefined> {
    const { store } = this.#options;
    if (store === undefined) return undefined;
    try {
      if ((await store.info(digest)) === undefined) return undefined;
      const bytes = await store.read(digest, 0, sizeBytes);
      return bytes.length === sizeBytes ? bytes : undefined;
    } catch {
      return undefined;
    }
  }

  async #fetch(blob: MachineBlob): Promise<Uint8Array> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#fetchOnce(blob);
      } catch (error) {
        if (attempt === fetchAttemptCountMax) throw error;
        await this.#sleep(retryDelayMs * attempt);
      }
    }
  }

  async #fetchOnce({ digest, sizeBytes }: MachineBlob): Promise<Uint8Array> {
    const hex = digest.slice('sha256:'.length);
    const path = `files/${hex.slice(0, 2)}/${hex}.zst`;
    let compressed;
    try {
      compressed = await this.#options.fetchFile(path);
    } catch (cause) {
      const message = `Cannot fetch "${path}" of the machine: ${errorMessage(cause)}`;
      throw new KindError('unavailable', message, { cause });
    }
    const bytes = await decodeVerified(compressed, { hex, sizeBytesMax: sizeBytes });
    if (bytes === undefined) {
      throw new KindError('dataLoss', `Cannot use "${path}" of the machine: wrong content`);
    }
    return bytes;
  }

  async #keep({ digest }: MachineBlob, bytes: Uint8Array): Promise<void> {
    const { store } = this.#options;
    if (store === undefined) return;
    const writer = await store.create();
    try {
      await writer.write(bytes);
      await writer.commit(digest);
    } catch (error) {
      await writer.abort();
      throw error;
    }
  }

  #remember(digest: BlobDigest, bytes: Uint8Array): void {
    if (bytes.length > this.#memorySizeBytesMax) return;
    this.#memory.set(digest, bytes);
    this.#memorySizeBytes += bytes.length;
    for (const [oldest, { length }] of this.#memory) {
      if (this.#memorySizeBytes <= this.#memorySizeBytesMax) break;
      this.#memory.delete(oldest);
      this.#memorySizeBytes -= length;
    }
  }
}

/** Decompressed bytes if they are what `hex` names, else undefined. */
export async function decodeVerified(
  compressed: Uint8Array,
  { hex, sizeBytesMax }: { readonly hex: string; readonly sizeBytesMax: number },
): Promise<Uint8Array | undefined> {
  let bytes;
  try {
    bytes = decompress(compressed, decoderOutput(sizeBytesMax));
  } catch {
    return undefined;
  }
  return (await digestOf(bytes)) === `sha256:${hex}` ? bytes : undefined;
}

/** fzstd compares its output with a number, for which all of the bytes would become text. */
function decoderOutput(sizeBytes: number): Uint8Array {
  const output = new Uint8Array(sizeBytes);
  return Object.defineProperty(output, Symbol.toPrimitive, { value: () => '' });
}
