/**
 * The receiving end of one channel: keeps what came within the window, hands it to a reader, and
 * gives credit back as it is read. Cancelled, it throws away what still comes.
 */
import type { KindError } from '../lib/errors.ts';
import { limit } from './protocol.ts';
import { MalformedError } from './wire.ts';
import { joinBytes } from '../lib/join-bytes.ts';
import { decodeBase64, encodeBase64 } from '../lib/base64.ts';
import type { SavedReader } from './saved-guest.ts';

export class ChannelReader {
  readonly #grant: (amount: number) => void;
  #stream: ReadableStream<Uint8Array> | undefined;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #chunks: Uint8Array[] = [];
  #credit: number = limit.streamWindow;
  #consumed = 0;
  #held = false;
  #ended = false;
  #cancelled = false;
  #error: KindError | undefined;
  #wanted = false;
  #stopped = false;

  constructor(grant: (amount: number) => void, saved?: SavedReader) {
    this.#grant = grant;
    if (saved === undefined) return;
    this.#credit = saved.credit;
    this.#consumed = saved.consumed;
    this.#held = saved.held;
    this.#ended = saved.ended;
    const unread = decodeBase64(saved.unread);
    if (unread.length > 0) this.#chunks = [unread];
  }

  get readable(): ReadableStream<Uint8Array> {
    // High-water mark 0: nothing is taken from the window before somebody waits for it.
    this.#stream ??= new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#pull(),
        cancel: () => this.#cancel(),
      },
      { highWaterMark: 0 },
    );
    return this.#stream;
  }

  /** The other side starts without credit; the first read grants it. */
  holdBack(): void {
    this.#held = true;
    this.#credit = 0;
  }

  /** Hands nothing to the reader until `go()`: what comes is kept within the window. */
  stop(): void {
    this.#stopped = true;
  }

  go(): void {
    this.#stopped = false;
    this.#deliver();
    if (this.#ended && this.#chunks.length === 0) this.#settle();
  }

  save(): SavedReader {
    return {
      credit: this.#credit,
      consumed: this.#consumed,
      held: this.#held,
      ended: this.#ended,
      unread: encodeBase64(joinBytes(this.#chunks)),
    };
  }

  push(bytes: Uint8Array): void {
    if (bytes.length > this.#credit) throw new MalformedError('Credit exceeded');
    this.#credit -= bytes.length;
    if (this.#ended) throw new MalformedError('Data after the end');
    if (this.#cancelled) {
      this.#consume(bytes.length);
      return;
    }
    if (bytes.length > 0) this.#chunks.push(bytes);
    this.#deliver();
  }

  end(): void {
    this.#ended = true;
    // Closing needs no reader waiting, but everything read before.
    if (this.#controller !== undefined && this.#chunks.length === 0 && !this.#stopped)
      this.#settle();
  }

  fail(error: KindError): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#chunks = [];
    if (this.#controller !== undefined) this.#settle();
  }

  #pull(): void {
    this.#wanted = true;
    if (this.#held) {
      this.#held = false;
      this.#credit = limit.streamWindow;
      this.#grant(limit.streamWindow);
    }
    this.#deliver();
  }

  #deliver(): void {
    if (this.#stopped || !this.#wanted || this.#controller === undefined) return;
    if (this.#chunks.length > 0) {
      const chunk = this.#takeChunks();
      this.#wanted = false;
      this.#controller.enqueue(chunk);
      this.#consume(chunk.length);
    }
    if (this.#chunks.length === 0 && this.#ended) this.#settle();
  }

  /** Everything that waits, as one chunk. */
  #takeChunks(): Uint8Array {
    return joinBytes(this.#chunks.splice(0));
  }

  #settle(): void {
    const controller = this.#controller;
    this.#controller = undefined;
    if (controller === undefined || this.#cancelled) return;
    if (this.#error === undefined) controller.close();
    else controller.error(this.#error);
  }

  #cancel(): void {
    this.#cancelled = true;
    const waste = this.#chunks.splice(0).reduce((sum, chunk) => sum + chunk.length, 0);
    this.#consume(waste);
  }

  #consume(amount: number): void {
    this.#consumed += amount;
    if (this.#consumed < limit.streamCreditBatch || this.#ended) return;
    this.#credit += this.#consumed;
    this.#grant(this.#consumed);
    this.#consumed = 0;
  }
}
