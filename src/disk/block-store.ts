/**
 * Where the machine's disk is kept: bytes by offset, of a fixed size, zero where nothing was written. Node keeps them in
 * a sparse file, the browser in IndexedDB; one conformance suite holds all to this contract.
 */
import type { Disposable } from '../lib/disposable.ts';
import type { MaybePromise } from '../lib/maybe-promise.ts';

/**
 * As a disk does: what was written before a `flush` that resolved is there after a crash; what was written later may be
 * there or not, in any order. Answer without a promise where the answer is at hand.
 */
export interface BlockStore extends Disposable {
  readonly sizeBytes: number;
  /** Bytes [offset, offset + length), shortened at the end. The caller copies what it keeps. */
  read(offset: number, length: number): MaybePromise<Uint8Array>;
  /** All of it or a rejection (`resourceExhausted` when there is no room). The bytes are copied before it returns. */
  write(offset: number, bytes: Uint8Array): MaybePromise<void>;
  flush(): Promise<void>;
}

/** One that can be copied to keep it beside the machine that uses it. */
export interface CopyableBlockStore extends BlockStore {
  /** All that was written, as it is now: parts in order, none of them all zero. Nothing may be written meanwhile. */
  parts(): AsyncIterable<DiskPart>;
}

export interface DiskPart {
  readonly offset: number;
  readonly bytes: Uint8Array;
}
