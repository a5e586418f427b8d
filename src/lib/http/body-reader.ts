/** The body of a message (RFC 9112 sections 6 and 7), read from the connection as somebody asks for it. */
import { KindError } from '../errors.ts';
import type { ByteReader } from './byte-reader.ts';

/** Largest piece handed out at once, so that a fast peer cannot make the reader hold more. */
const pieceBytesMax = 64 * 1024;

/** `toEnd`: whatever comes until the peer ends its half, as responses of old servers do. */
export type BodyLength = 'chunked' | 'toEnd' | number;

export interface ChunkLimits {
  /** One line of a chunked body: size and extensions. */
  readonly chunkLineBytesMax: number;
  /** Trailer fields after a chunked body; none is ever needed. */
  readonly trailerBytesMax: number;
}

export class BodyReader {
  readonly #reader: ByteReader;
  readonly #length: BodyLength;
  readonly #limits: ChunkLimits;
  /** Bytes left of the body or of the current chunk. */
  #left: number;
  #inChunk = false;

  constructor(
    reader: ByteReader,
    { length, limits }: { readonly length: BodyLength; readonly limits: ChunkLimits },
  ) {
    this.#reader = reader;
    this.#length = length;
    this.#limits = limits;
    this.#left = typeof length === 'number' ? length : 0;
  }

  /** The next piece, undefined at the end. Rejects `invalidParameter` when the body is malformed or cut off. */
  async next(): Promise<Uint8Array | undefined> {
    if (this.#length === 'toEnd') return this.#nextToEnd();
    if (this.#length === 'chunked' && this.#left === 0) await this.#openChunk();
    if (this.#left === 0) return undefined;
    if (this.#reader.buffered.length === 0) await this.#fill();
    const piece = this.#reader.take(Math.min(this.#left, pieceBytesMax));
    this.#left -= piece.length;
    return piece;
  }

  async #nextToEnd(): Promise<Uint8Array | undefined> {
    if (this.#reader.buffered.length === 0 && !(await this.#reader.fill())) return undefined;
    return this.#reader.take(pieceBytesMax);
  }

  /** After it, nothing left means the last chunk and its trailers were read. */
  async #openChunk(): Promise<void> {
    const { chunkLineBytesMax, trailerBytesMax } = this.#limits;
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
