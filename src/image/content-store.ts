/**
 * Content addressed by digest. The browser keeps it in IndexedDB, Node in files; one conformance
 * suite holds both to this contract.
 *
 * **Invariant:** a blob is stored only under the digest of its bytes. Readers get verified bytes or
 * an error. An interrupted write leaves nothing that any reader can see.
 */
import type { Digest } from './digest.ts';

export interface BlobInfo {
  readonly digest: Digest;
  readonly sizeBytes: number;
}

export interface BlobWriter {
  /** Appends bytes; resolves when they are taken (back-pressure). Rejects `resourceExhausted` when the quota is full. */
  write(chunk: Uint8Array): Promise<void>;
  /** Of all that was written, which is all that may be written: afterwards it can only be committed or aborted. */
  digest(): Digest;
  /**
   * Names the blob by the digest of what was written. Idempotent for content already there.
   * Rejects `dataLoss` and stores nothing when it is not `expected`.
   */
  commit(expected?: Digest): Promise<BlobInfo>;
  /** Forgets everything written. Idempotent; a no-op after commit. */
  abort(): Promise<void>;
}

export interface ContentStore {
  info(digest: Digest): Promise<BlobInfo | undefined>;
  list(): Promise<BlobInfo[]>;
  create(): Promise<BlobWriter>;
  /**
   * Bytes [offset, offset + length), shortened at the end of the blob. Rejects `notFound`, and
   * `dataLoss` when the stored bytes no longer match what was committed.
   */
  read(digest: Digest, offset: number, length: number): Promise<Uint8Array>;
  /** The whole blob, in order, with back-pressure. */
  stream(digest: Digest): ReadableStream<Uint8Array>;
  /**
   * Undefined when `source` is the blob `digest`, which is found without writing or hashing it as a whole; else all of
   * `source`, from its beginning. What is not there is the same as nothing.
   */
  unlessSame(
    digest: Digest,
    source: AsyncIterable<Uint8Array>,
  ): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Idempotent. */
  delete(digest: Digest): Promise<void>;
}

/** Small named records (image configs by reference, layer indexes, containers), beside the blobs. */
export interface RecordStore {
  get(key: string): Promise<Uint8Array | undefined>;
  /** Replaces the record atomically. */
  set(key: string, value: Uint8Array): Promise<void>;
  delete(key: string): Promise<void>;
  /** Keys that start with `prefix`, sorted. */
  keys(prefix: string): Promise<string[]>;
}
