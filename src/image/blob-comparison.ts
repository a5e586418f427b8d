/**
 * Whether a stream is the same as a blob of which the sums of all chunks are known. Nothing is written, and what differs
 * is found at the first chunk that does: what came so far can be had again.
 */

/** Sums on their way at once: the platform takes them beside this thread. */
const flightMax = 4;

export interface KnownBlob {
  readonly sizeBytes: number;
  readonly chunkSizeBytes: number;
  matches(index: number, chunk: Uint8Array<ArrayBuffer>): Promise<boolean>;
}

export interface Difference {
  /** So many chunks at the beginning are the blob's. */
  readonly sameChunks: number;
  /** What follows them. */
  readonly rest: AsyncIterable<Uint8Array>;
}

/** Undefined when `source` is the blob, from its beginning to its end. */
export async function findDifference(
  source: AsyncIterable<Uint8Array>,
  blob: KnownBlob,
): Promise<Difference | undefined> {
  const iterator = source[Symbol.asyncIterator]();
  let isWhole = false;
  try {
    const comparison = new BlobComparison(blob);
    for (;;) {
      const { done, value } = await iterator.next();
      if (done === true) isWhole = true;
      else await comparison.write(value);
      if (done === true) await comparison.end();
      const { sameChunks } = comparison;
      if (comparison.differs) {
        const rest = continued(comparison.pieces(), iterator);
        isWhole = true;
        return { sameChunks, rest };
      }
      if (done === true) return undefined;
    }
  } finally {
    if (!isWhole) await iterator.return?.();
  }
}

class BlobComparison {
  readonly #blob: KnownBlob;
  #chunk: Uint8Array<ArrayBuffer>;
  #filled = 0;
  #sizeBytes = 0;
  /** Chunks whose sums are not known yet, the oldest first. */
  readonly #flight: { readonly chunk: Uint8Array; readonly isSame: Promise<boolean> }[] = [];
  /** What came with the last write and was not looked at. */
  #unread: Uint8Array = new Uint8Array();
  sameChunks = 0;
  differs = false;

  constructor(blob: KnownBlob) {
    this.#blob = blob;
    this.#chunk = new Uint8Array(blob.chunkSizeBytes);
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const length = Math.min(this.#chunk.length - this.#filled, bytes.length - at);
      this.#chunk.set(bytes.subarray(at, at + length), this.#filled);
      this.#filled += length;
      this.#sizeBytes += length;
      at += length;
      if (this.#filled === this.#chunk.length) this.#send();
      const isLonger = this.#sizeBytes > this.#blob.sizeBytes;
      if (isLonger || this.#flight.length > flightMax) await this.#settle(isLonger ? 0 : flightMax);
      if (isLonger) this.differs = true;
      if (!this.differs) continue;
      this.#unread = bytes.subarray(at);
      return;
    }
  }

  async end(): Promise<void> {
    if (this.#filled > 0) this.#send();
    await this.#settle(0);
    if (this.#sizeBytes !== this.#blob.sizeBytes) this.differs = true;
  }

  /** Everything that came behind the chunks that are the same. */
  pieces(): readonly Uint8Array[] {
    const waiting = this.#flight.map(({ chunk }) => chunk);
    return [...waiting, this.#chunk.subarray(0, this.#filled), this.#unread];
  }

  #send(): void {
    const chunk = this.#chunk.subarray(0, this.#filled);
    const index = this.sameChunks + this.#flight.length;
    const isSame = this.#blob.matches(index, chunk);
    // Awaited in its turn; until then a failure is not unhandled.
    isSame.catch(() => undefined);
    this.#flight.push({ chunk, isSame });
    this.#chunk = new Uint8Array(this.#blob.chunkSizeBytes);
    this.#filled = 0;
  }

  async #settle(left: number): Promise<void> {
    while (!this.differs && this.#flight.length > left) {
      if ((await this.#flight[0]?.isSame) === true) {
        this.#flight.shift();
        this.sameChunks += 1;
      } else this.differs = true;
    }
  }
}

async function* continued(
  pieces: readonly Uint8Array[],
  iterator: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* pieces;
    for (;;) {
      const { done, value } = await iterator.next();
      if (done === true) return;
      yield value;
    }
  } finally {
    await iterator.return?.();
  }
}
