/**
 * A tar's entries written anew as plain ones: sparse files come out with their holes as zeros, as Go's reader and so
 * Docker sees them. Fed by a TarReader, taken piece by piece: the zeros of a hole are made when they are wanted.
 */
import { KindError } from '../lib/errors.ts';
import type { LayerExtent } from './layer-index.ts';
import type { TarEntry, TarHandler } from './tar-reader.ts';
import { writerEntry } from './tar-rewrite.ts';
import { tarEnd, tarHeader, tarPadding } from './tar-writer.ts';

/** Zeros at a time; whoever unpacks makes holes of whole pieces. */
const pieceSizeBytes = 64 * 1024;

export interface TarExpansionOptions {
  /** Of all holes together. A few blocks may stand for any number of bytes, which somebody has to write. */
  readonly holesSizeBytesMax: number;
}

export class TarExpansion implements TarHandler {
  readonly #options: TarExpansionOptions;
  /** Bytes as they are, or a number of zeros. */
  readonly #output: (Uint8Array | number)[] = [];
  #holesSizeBytes = 0;
  /** Of the present file: what is still to come. */
  #extents: readonly LayerExtent[] = [];
  #extent = 0;
  #sizeBytes = 0;
  #position = 0;

  constructor(options: TarExpansionOptions) {
    this.#options = options;
  }

  /** Throws in Docker's words for what has no place in a file system, and for too many holes. */
  entry(entry: TarEntry): void {
    if (entry.type === 'other') {
      const message = `unhandled tar header type ${entry.typeflag.charCodeAt(0)}`;
      throw new KindError('invalidParameter', message);
    }
    this.#output.push(tarHeader(writerEntry(entry)));
    this.#extents = entry.extents;
    this.#extent = 0;
    this.#sizeBytes = entry.sizeBytes;
    this.#position = 0;
    this.#countHoles(entry);
    if (entry.extents.length === 0) this.#endFile();
  }

  data(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const extent = this.#extents[this.#extent];
      if (extent === undefined) return;
      this.#zerosUntil(extent.fileOffset);
      const end = extent.fileOffset + extent.length;
      const part = bytes.subarray(at, at + end - this.#position);
      this.#output.push(part);
      this.#position += part.length;
      at += part.length;
      if (this.#position === end) this.#extent += 1;
    }
    if (this.#extent === this.#extents.length) this.#endFile();
  }

  /** After the last entry. */
  end(): void {
    this.#output.push(tarEnd);
  }

  /** The next bytes; undefined when more must be fed. */
  take(): Uint8Array | undefined {
    const first = this.#output[0];
    if (typeof first !== 'number') return this.#output.shift() as Uint8Array | undefined;
    const length = Math.min(first, pieceSizeBytes);
    if (length === first) this.#output.shift();
    else this.#output[0] = first - length;
    // Its own each time: whoever takes it may give it away.
    return new Uint8Array(length);
  }

  #countHoles({ name, sizeBytes, extents }: TarEntry): void {
    const storedBytes = extents.reduce((sum, { length }) => sum + length, 0);
    this.#holesSizeBytes += sizeBytes - storedBytes;
    if (this.#holesSizeBytes <= this.#options.holesSizeBytesMax) return;
    throw new KindError('invalidParameter', `write /${name}: no space left on device`);
  }

  #zerosUntil(offset: number): void {
    if (offset > this.#position) this.#output.push(offset - this.#position);
    this.#position = Math.max(this.#position, offset);
  }

  #endFile(): void {
    this.#zerosUntil(this.#sizeBytes);
    const padding = tarPadding(this.#sizeBytes);
    if (padding.length > 0) this.#output.push(padding);
    this.#extents = [];
    this.#extent = 0;
    this.#sizeBytes = 0;
    this.#position = 0;
  }
}
