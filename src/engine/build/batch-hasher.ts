/** Many small pieces in one hash: they are gathered first, as each call of the hasher has its price. */
import type { Digest } from '../../image/digest.ts';
import { createHasher, type Hasher } from '../../image/hash.ts';

const batchBytes = 64 * 1024;
/** UTF-8 of one UTF-16 unit. */
const unitBytesMax = 3;

export async function createBatchHasher(): Promise<BatchHasher> {
  return new BatchHasher(await createHasher());
}

export class BatchHasher {
  readonly #hasher: Hasher;
  readonly #encoder = new TextEncoder();
  readonly #batch = new Uint8Array(batchBytes);
  #filled = 0;

  constructor(hasher: Hasher) {
    this.#hasher = hasher;
  }

  text(text: string): void {
    if (text.length * unitBytesMax > batchBytes) return this.bytes(this.#encoder.encode(text));
    if (this.#filled + text.length * unitBytesMax > batchBytes) this.#flush();
    this.#filled += this.#encoder.encodeInto(text, this.#batch.subarray(this.#filled)).written;
  }

  bytes(bytes: Uint8Array): void {
    if (this.#filled + bytes.length > batchBytes) this.#flush();
    if (bytes.length > batchBytes) return this.#hasher.update(bytes);
    this.#batch.set(bytes, this.#filled);
    this.#filled += bytes.length;
  }

  /** Of all so far; it takes no more. */
  digest(): Digest {
    this.#flush();
    return this.#hasher.digest();
  }

  #flush(): void {
    if (this.#filled > 0) this.#hasher.update(this.#batch.subarray(0, this.#filled));
    this.#filled = 0;
  }
}
