/** A text side of an output stream: writes in order, keeps the stream's back-pressure. */

export class Output {
  readonly terminal: boolean;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  /** Resolves when the reader goes, where that does not end the program. */
  readonly broken: Promise<void>;
  #broken = false;

  constructor(stream: WritableStream<Uint8Array>, options: { readonly terminal: boolean }) {
    this.terminal = options.terminal;
    this.#writer = stream.getWriter();
    this.broken = this.#writer.closed.catch(() => {
      this.#broken = true;
    });
  }

  /** False once the reader is gone, as of `docker ps | head -1`. */
  get open(): boolean {
    return !this.#broken;
  }

  /** What is written after the reader has gone is dropped. */
  async write(data: string | Uint8Array): Promise<void> {
    if (this.#broken || data.length === 0) return;
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
    try {
      await this.#writer.write(bytes);
    } catch {
      this.#broken = true;
    }
  }

  async line(text: string): Promise<void> {
    await this.write(`${text}\n`);
  }

  /** Waits for what was written and gives the stream back to its owner. */
  async release(): Promise<void> {
    await this.#writer.ready.catch(() => undefined);
    this.#writer.releaseLock();
  }
}
