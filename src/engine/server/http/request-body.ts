/** The body of a request as a stream that reads from the connection only what somebody asks for. */
import { KindError } from '../../../lib/errors.ts';
import type { ByteReader } from './byte-reader.ts';
import type { HttpLimits } from './limits.ts';
import type { BodyLength } from './request-head.ts';

/** Largest piece handed out at once, so that a fast client cannot make a route hold more. */
const pieceBytesMax = 64 * 1024;

export interface RequestBodyOptions {
  readonly length: Exclude<BodyLength, 'none'>;
  readonly limits: HttpLimits;
  /** The client sends it only when it was asked to (`Expect: 100-continue`). */
  readonly awaitsContinue: boolean;
  /** Asks it to. */
  readonly sendContinue: () => Promise<void>;
}

export class RequestBody {
  readonly stream: ReadableStream<Uint8Array>;
  readonly #reader: ByteReader;
  readonly #options: RequestBodyOptions;
  /** Bytes left of the body or of the current chunk. */
  #left: number;
  #inChunk = false;
  #started = false;
  #done = false;
  #onDone: () => void = () => undefined;
  /** Resolves when the body was read to its end. */
  readonly done = new Promise<void>((resolve) => (this.#onDone = resolve));

  constructor(reader: ByteReader, options: RequestBodyOptions) {
    this.#reader = reader;
    this.#options = options;
    this.#left = options.length === 'chunked' ? 0 : options.length;
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
    if (this.#options.length === 'chunked' && this.#left === 0) await this.#openChunk();
    if (this.#left === 0) {
      this.#done = true;
      this.#onDone();
      return undefined;
    }
    if (this.#reader.buffered.length === 0) await this.#fill();
    const piece = this.#reader.take(Math.min(this.#left, pieceBytesMax));
    this.#left -= piece.length;
    return piece;
  }

  /** After it, nothing left means the last chunk and its trailers were read. */
  async #openChunk(): Promise<void> {
    const { chunkLineBytesMax, trailerBytesMax } = this.#options.limits;
    if (this.#inChunk && (await this.#line(2)) !== '')
      throw new KindError('invalidParameter', 'malformed chunked encoding');
    this.#inChunk = true;
    const size = ((await this.#line(chunkLineBytesMax)).split(';')[0] ?? '').trim();
    if (!/^[0-9a-fA-F]{1,12}$/.test(size))
      throw new KindError('invalidParameter', 'invalid byte in chunk length');
    this.#left = Number.parseInt(size, 16);
    if (this.#left > 0) return;
    for (let sizeBytes = 0; ;) {
      const line = await this.#line(trailerBytesMax - sizeBytes);
      if (line === '') return;
      sizeBytes += line.length + 2;
    }
  }

  /** One line of at most so many bytes, its end included. */
  async #line(sizeBytesMax: number): Promise<string> {
    for (;;) {
      const end = this.#reader.buffered.indexOf(10);
      if (end >= sizeBytesMax || (end < 0 && this.#reader.buffered.length >= sizeBytesMax))
        throw new KindError('invalidParameter', 'header line too long');
      if (end >= 0) {
        const line = new TextDecoder().decode(this.#reader.take(end + 1));
        return line.replace(/\r?\n$/, '');
      }
      await this.#fill();
    }
  }

  async #fill(): Promise<void> {
    if (!(await this.#reader.fill())) throw new KindError('invalidParameter', 'unexpected EOF');
  }
}
