/** The body of a request as a stream that reads from the connection only what somebody asks for. */
import { BodyReader } from '../../../lib/http/body-reader.ts';
import type { ByteReader } from '../../../lib/http/byte-reader.ts';
import type { HttpLimits } from './limits.ts';
import type { RequestBodyLength } from './request-head.ts';

export interface RequestBodyOptions {
  readonly length: Exclude<RequestBodyLength, 'none'>;
  readonly limits: HttpLimits;
  /** The client sends it only when it was asked to (`Expect: 100-continue`). */
  readonly awaitsContinue: boolean;
  /** Asks it to. */
  readonly sendContinue: () => Promise<void>;
}

export class RequestBody {
  readonly stream: ReadableStream<Uint8Array>;
  readonly #body: BodyReader;
  readonly #options: RequestBodyOptions;
  #started = false;
  #done = false;
  #onDone: () => void = () => undefined;
  /** Resolves when the body was read to its end. */
  readonly done = new Promise<void>((resolve) => (this.#onDone = resolve));

  constructor(reader: ByteReader, options: RequestBodyOptions) {
    this.#body = new BodyReader(reader, options);
    this.#options = options;
    this.stream = new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const piece = await this.#next();
          if (piece === undefined) controller.close();
          else controller.enqueue(piece);
        },
      },
      { highWaterMark: 0 },
    );
  }

  get isDone(): boolean {
    return this.#done;
  }

  /** Known before anything of it was read: the client still waits to be asked for it, or it is too long. */
  get isTooMuchToDrain(): boolean {
    const { length, limits, awaitsContinue } = this.#options;
    if (this.#started || this.#done) return false;
    return awaitsContinue || (length !== 'chunked' && length > limits.drainBytesMax);
  }

  /** Reads what nobody wanted. False when there is too much of it to be worth keeping the connection. */
  async drain(): Promise<boolean> {
    const { drainBytesMax } = this.#options.limits;
    try {
      for (let sizeBytes = 0; sizeBytes <= drainBytesMax;) {
        const piece = await this.#next();
        if (piece === undefined) return true;
        sizeBytes += piece.length;
      }
    } catch {
      // The body is malformed or was cut off: the connection is of no more use.
    }
    return false;
  }

  async #next(): Promise<Uint8Array | undefined> {
    if (this.#done) return undefined;
    if (!this.#started) {
      this.#started = true;
      if (this.#options.awaitsContinue) await this.#options.sendContinue();
    }
    const piece = await this.#body.next();
    if (piece !== undefined) return piece;
    this.#done = true;
    this.#onDone();
    return undefined;
  }
}
