/** A connection with its bytes counted, held to a rate, and given up when it is silent for too long. */
import type { Duplex } from '../lib/duplex.ts';
import { KindError } from '../lib/errors.ts';

export interface CountOptions {
  readonly count: { sentBytes: number; receivedBytes: number };
  /** Resolves when the bytes may pass; rejects when no more may. */
  readonly pass: (bytes: number) => Promise<void>;
  /** Called once, when both halves are over or with what went wrong. */
  readonly end: (error?: unknown) => void;
  readonly idleMs: number;
  /** Takes what gives the connection up, until it is over. */
  readonly open: Set<(reason: unknown) => void>;
}

export function countConnection(connection: Duplex, options: CountOptions): Duplex {
  const counted = new CountedConnection(connection, options);
  return {
    readable: new ReadableStream<Uint8Array>(
      {
        pull: (controller) => counted.pull(controller),
        cancel: (reason: unknown) => counted.fail(reason ?? gaveUp()),
      },
      { highWaterMark: 0 },
    ),
    writable: new WritableStream<Uint8Array>({
      write: (chunk) => counted.write(chunk),
      close: () => counted.close(),
      abort: (reason: unknown) => counted.fail(reason ?? gaveUp()),
    }),
  };
}

class CountedConnection {
  readonly #options: CountOptions;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #abort = (reason: unknown): void => this.fail(reason);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #halves = 2;

  constructor({ readable, writable }: Duplex, options: CountOptions) {
    this.#options = options;
    this.#reader = readable.getReader();
    this.#writer = writable.getWriter();
    // Whoever writes hears of it.
    this.#writer.closed.catch(() => undefined);
    options.open.add(this.#abort);
    this.#restartTimer();
  }

  async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    const value = await this.#attempt(async () => {
      const chunk = await this.#reader.read();
      if (chunk.value !== undefined) await this.#pass('receivedBytes', chunk.value.length);
      return chunk.value;
    });
    if (value !== undefined) {
      controller.enqueue(value);
      return;
    }
    controller.close();
    this.#finishHalf();
  }

  async write(chunk: Uint8Array): Promise<void> {
    await this.#attempt(async () => {
      await this.#pass('sentBytes', chunk.length);
      await this.#writer.write(chunk);
    });
  }

  async close(): Promise<void> {
    await this.#attempt(() => this.#writer.close());
    this.#finishHalf();
  }

  /** Ends both halves. Idempotent. */
  fail(reason: unknown): void {
    if (this.#halves === 0) return;
    this.#halves = 0;
    void this.#writer.abort(reason).catch(() => undefined);
    void this.#reader.cancel(reason).catch(() => undefined);
    this.#finish(reason);
  }

  async #attempt<T>(step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      this.fail(error);
      throw error;
    }
  }

  async #pass(direction: keyof CountOptions['count'], bytes: number): Promise<void> {
    this.#restartTimer();
    this.#options.count[direction] += bytes;
    await this.#options.pass(bytes);
  }

  #finishHalf(): void {
    if (this.#halves === 0) return;
    this.#halves -= 1;
    if (this.#halves === 0) this.#finish();
  }

  #finish(reason?: unknown): void {
    clearTimeout(this.#timer);
    this.#options.open.delete(this.#abort);
    this.#options.end(reason);
  }

  #restartTimer(): void {
    clearTimeout(this.#timer);
    const silent = new KindError('cancelled', 'Connection was silent for too long');
    if (this.#halves > 0) this.#timer = setTimeout(() => this.fail(silent), this.#options.idleMs);
  }
}

function gaveUp(): KindError {
  return new KindError('cancelled', 'Client gave up');
}
