/**
 * Frames between threads: what one task produces goes as one message with one transferred buffer,
 * because a message costs as much as copying several full frames.
 */

export interface FrameBatch {
  readonly buffer: ArrayBuffer;
  /** Of the frames in `buffer`, which lie end to end. */
  readonly lengths: readonly number[];
}

export function packFrames(frames: readonly Uint8Array[]): FrameBatch {
  const lengths = frames.map((frame) => frame.length);
  const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
  let offset = 0;
  for (const frame of frames) {
    bytes.set(frame, offset);
    offset += frame.length;
  }
  return { buffer: bytes.buffer, lengths };
}

/** Views of the batch's buffer. */
export function unpackFrames({ buffer, lengths }: FrameBatch): Uint8Array[] {
  let offset = 0;
  return lengths.map((length) => {
    const frame = new Uint8Array(buffer, offset, length);
    offset += length;
    return frame;
  });
}

/** Collects what is added until the running task is over, then hands it on at once. */
export class TaskBatch<T> {
  readonly #flush: (items: T[]) => void;
  #items: T[] = [];

  constructor(flush: (items: T[]) => void) {
    this.#flush = flush;
  }

  add(item: T): void {
    this.#items.push(item);
    if (this.#items.length === 1) queueMicrotask(() => this.flush());
  }

  /** Hands on what is there now. */
  flush(): void {
    if (this.#items.length > 0) this.#flush(this.#items.splice(0));
  }
}
