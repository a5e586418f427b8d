/**
 * Streaming xz: streams of blocks of LZMA2, with any check (https://tukaani.org/xz/xz-file-format.txt). CRC32 and CRC64
 * are verified; SHA-256, which nobody writes unasked, is not. Filters besides LZMA2 are refused.
 *
 * Own code: the library there is loads its program with a fetch of a data URL, which the page's policy forbids.
 */
import { KindError } from '../lib/errors.ts';
import { Crc32, Crc64 } from './crc.ts';
import { chunkInputBytesMax, Lzma2Decoder } from './lzma2-decoder.ts';

/** As for zstd; `xz -9` uses 64 MiB. */
const dictionaryBytesMax = 128 * 1024 * 1024;
const blockHeaderBytesMax = 1024;
const lzma2Filter = 0x21;
const checkBytes = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];

type Step = 'stream' | 'block' | 'header' | 'chunk' | 'data' | 'padding' | 'index' | 'footer';

export class XzDecoder {
  #step: Step = 'stream';
  #piece = new Uint8Array(Math.max(chunkInputBytesMax + 8, blockHeaderBytesMax));
  #filled = 0;
  #wanted = 12;
  /** Of the stream's checks. */
  #checkType = 0;
  #check: Crc32 | Crc64 | undefined;
  #decoder: Lzma2Decoder | undefined;
  /** The chunk whose data is being gathered. */
  #chunk: { readonly control: number; readonly sizeBytes: number } = { control: 0, sizeBytes: 0 };
  /** Bytes of the block or index so far, which are padded to four. */
  #bytes = 0;
  /** Numbers that are left of the index; unknown until the first. */
  #indexNumbers: number | undefined;
  #isFirstChunk = true;
  /** The byte of new properties, where the chunk has one. */
  #properties: number | undefined;
  #output: Uint8Array[] = [];

  *push(chunk: Uint8Array): Generator<Uint8Array> {
    for (let offset = 0; offset < chunk.length;) {
      const length = Math.min(this.#wanted - this.#filled, chunk.length - offset);
      this.#piece.set(chunk.subarray(offset, offset + length), this.#filled);
      this.#filled += length;
      offset += length;
      if (this.#filled < this.#wanted) return;
      this.#advance(this.#piece.subarray(0, this.#filled));
      yield* this.#output.splice(0);
    }
  }

  /** Rejects a stream that is cut short. */
  finish(): undefined {
    if (this.#step !== 'stream' || this.#filled % 4 !== 0)
      throw new KindError('dataLoss', 'unexpected EOF');
  }

  #expect(step: Step, wanted: number): void {
    this.#step = step;
    this.#wanted = wanted;
    this.#filled = 0;
  }

  #advance(piece: Uint8Array): void {
    switch (this.#step) {
      case 'stream':
        return this.#stream(piece);
      case 'block':
        return this.#block(piece[0] ?? 0);
      case 'header':
        return this.#header(piece);
      case 'chunk':
        return this.#control(piece);
      case 'data':
        return this.#data(piece);
      case 'padding':
        return this.#padding(piece);
      case 'index':
        return this.#index(piece);
      case 'footer':
        if (piece[10] !== 0x59 || piece[11] !== 0x5a) throw corrupt();
        return this.#expect('stream', 12);
    }
  }

  /** Streams may be padded with groups of four zeros. */
  #stream(piece: Uint8Array): void {
    if (piece.subarray(0, 4).every((byte) => byte === 0)) {
      this.#piece.copyWithin(0, 4, 12);
      this.#filled = 8;
      return;
    }
    const magic = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0x00];
    if (magic.some((byte, index) => piece[index] !== byte)) throw corrupt();
    this.#checkType = (piece[7] ?? 0) & 15;
    if (new Crc32().update(piece.subarray(6, 8)).value !== little32(piece, 8)) throw corrupt();
    this.#expect('block', 1);
  }

  /** A block's header says how long it is; no block can be of length 0, which is the index. */
  #block(size: number): void {
    this.#bytes = 1;
    if (size === 0) {
      this.#indexNumbers = undefined;
      this.#expect('index', 1);
      return;
    }
    this.#step = 'header';
    this.#wanted = (size + 1) * 4;
  }

  #header(piece: Uint8Array): void {
    const end = piece.length - 4;
    if (new Crc32().update(piece.subarray(0, end)).value !== little32(piece, end)) throw corrupt();
    const flags = piece[1] ?? 0;
    let at = 2;
    for (const flag of [0x40, 0x80]) if ((flags & flag) !== 0) at = skipNumber(piece, at);
    const isPlain = (flags & 3) === 0 && piece[at] === lzma2Filter && piece[at + 1] === 1;
    if (!isPlain)
      throw new KindError('invalidParameter', 'xz: filters other than LZMA2 are not supported');
    const bits = piece[at + 2] ?? 255;
    const dictionaryBytes = bits > 39 ? Infinity : (2 | (bits & 1)) * 2 ** ((bits >> 1) + 11);
    if (dictionaryBytes > dictionaryBytesMax)
      throw new KindError(
        'resourceExhausted',
        `xz: dictionary is larger than ${dictionaryBytesMax} bytes`,
      );
    // Blocks begin with an empty dictionary; its memory serves them all.
    if (this.#decoder?.dictionaryBytes !== dictionaryBytes)
      this.#decoder = new Lzma2Decoder(dictionaryBytes);
    this.#isFirstChunk = true;
    this.#check =
      this.#checkType === 1 ? new Crc32() : this.#checkType === 4 ? new Crc64() : undefined;
    this.#bytes = 0;
    this.#expect('chunk', 1);
  }

  /** The control byte says how many bytes describe the chunk; those say how many follow. */
  #control(piece: Uint8Array): void {
    const control = piece[0] ?? 0;
    if (control === 0) {
      this.#bytes += 1;
      this.#endBlock();
      return;
    }
    if (control > 2 && control < 0x80) throw corrupt();
    if (this.#isFirstChunk && control !== 1 && control < 0xe0) throw corrupt();
    this.#isFirstChunk = false;
    const length = control < 0x80 ? 3 : control >= 0xc0 ? 6 : 5;
    if (piece.length < length) {
      this.#wanted = length;
      return;
    }
    this.#bytes += length;
    const size = (piece[1] ?? 0) * 256 + (piece[2] ?? 0) + 1;
    if (control < 0x80) {
      this.#chunk = { control, sizeBytes: size };
      this.#expect('data', size);
      return;
    }
    this.#chunk = { control, sizeBytes: ((control & 0x1f) << 16) + size };
    this.#properties = control >= 0xc0 ? piece[5] : undefined;
    this.#expect('data', (piece[3] ?? 0) * 256 + (piece[4] ?? 0) + 1);
  }

  #data(piece: Uint8Array): void {
    this.#bytes += piece.length;
    const { control, sizeBytes } = this.#chunk;
    const decoder = this.#decoder;
    if (decoder === undefined) throw corrupt();
    const output =
      control < 0x80
        ? decoder.copy(piece, { resetDictionary: control === 1 })
        : decoder.decode(piece, {
            sizeBytes,
            resetDictionary: control >= 0xe0,
            resetState: control >= 0xa0,
            ...(this.#properties === undefined ? {} : { properties: this.#properties }),
          });
    this.#check?.update(output);
    this.#output.push(output);
    this.#expect('chunk', 1);
  }

  /** After a block: zeros up to a multiple of four, and the check. */
  #endBlock(): void {
    const wanted = ((4 - (this.#bytes % 4)) % 4) + (checkBytes[this.#checkType] ?? 0);
    if (wanted === 0) this.#expect('block', 1);
    else this.#expect('padding', wanted);
  }

  #padding(piece: Uint8Array): void {
    const check = piece.subarray(piece.length - (checkBytes[this.#checkType] ?? 0));
    if (this.#check !== undefined && !this.#check.matches(check))
      throw new KindError('dataLoss', 'xz: checksum mismatch');
    this.#expect('block', 1);
  }

  /** Numbers of seven bits a byte: how many records, and two for each; then zeros and a checksum. */
  #index(piece: Uint8Array): void {
    if (this.#indexNumbers === 0) return this.#expect('footer', 12);
    const last = piece[piece.length - 1] ?? 0;
    if (last >= 0x80) {
      if (piece.length >= 9) throw corrupt();
      this.#wanted = piece.length + 1;
      return;
    }
    this.#bytes += piece.length;
    const value = piece.reduce((sum, byte, index) => sum + (byte & 0x7f) * 2 ** (7 * index), 0);
    this.#indexNumbers = this.#indexNumbers === undefined ? value * 2 : this.#indexNumbers - 1;
    if (this.#indexNumbers > 0) this.#expect('index', 1);
    else this.#expect('index', ((4 - (this.#bytes % 4)) % 4) + 4);
  }
}

function skipNumber(bytes: Uint8Array, start: number): number {
  let at = start;
  while ((bytes[at] ?? 0) >= 0x80) at += 1;
  return at + 1;
}

function little32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
}

function corrupt(): KindError {
  return new KindError('dataLoss', 'xz: data is corrupt');
}
