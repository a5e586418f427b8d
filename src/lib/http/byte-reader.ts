/** Reads a stream of bytes piece by piece: what was read ahead is kept for whoever reads next. */
import { joinBytes } from '../join-bytes.ts';

const empty = new Uint8Array();

export class ByteReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #buffered: Uint8Array = empty;
  #filling: Promise<boolean> | undefined;

  constructor(readable: ReadableStream<Uint8Array>) {
    this.#reader = readable.getReader();
  }

  /** What is there now. */
  get buffered(): Uint8Array {
    return this.#buffered;
  }

  /** Waits for more than is there now; false at the end. Rejects when the stream fails. Calls at the same time share one read. */
  fill(): Promise<boolean> {
    this.#filling ??= this.#read().finally(() => (this.#filling = undefined));
    return this.#filling;
  }

  /** Removes at most so many bytes that are there. */
  take(countMax: number): Uint8Array {
    const taken = this.#buffered.subarray(0, countMax);
    this.#buffered = this.#buffered.subarray(taken.length);
    return taken;
  }

  /** Everything that is left, as a stream; nobody else may read any more. */
  rest(): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          if (this.#buffered.length === 0 && !(await this.fill())) {
            controller.close();
            return;
          }
          controller.enqueue(this.take(this.#buffered.length));
        },
        cancel: (reason) => this.cancel(reason),
      },
      { highWaterMark: 0 },
    );
  }

  async cancel(reason?: unknown): Promise<void> {
    await this.#reader.cancel(reason);
  }

  async #read(): Promise<boolean> {
    for (;;) {
      const { value, done } = await this.#reader.read();
      if (done) return false;
      if (value.length === 0) continue;
      this.#buffered = joinBytes([this.#buffered, value]);
      return true;
    }
  }
}
