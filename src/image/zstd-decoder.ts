/**
 * Streaming zstd, one block at a time. fzstd decodes; this file walks the frames in front of it
 * (https://www.rfc-editor.org/rfc/rfc8878#section-3), because what a stranger's frame may ask for has to be bounded:
 * the window is memory that the header alone decides, and fzstd moves the whole window once per block.
 */
import { Decompress } from 'fzstd';
import { KindError } from '../lib/errors.ts';

/** The zstd program's own default bound; levels up to 19 use 8 MiB. */
const windowBytesMax = 128 * 1024 * 1024;
/** The specification's bound for one block. */
const blockBytesMax = 128 * 1024;
/** Window bytes moved in all: 4 GiB of data at the window of level 19, and a bound on crafted tiny blocks. */
const workBytesMax = 256 * 1024 ** 3;

const magic = 0xfd2fb528;
const skippableMagic = 0x184d2a50;

type Step = 'magic' | 'header' | 'block' | 'checksum' | 'skip-size' | 'skip';

export class ZstdDecoder {
  #step: Step = 'magic';
  /** Bytes of the piece that is being gathered. */
  #piece = new Uint8Array(blockBytesMax + 3);
  #filled = 0;
  #wanted = 4;
  #skipBytes = 0;
  #frame: Decompress | undefined;
  #windowBytes = 0;
  #hasChecksum = false;
  #workBytes = 0;
  #output: Uint8Array[] = [];

  /** Yields what `chunk` completes, a block at a time. */
  *push(chunk: Uint8Array): Generator<Uint8Array> {
    let offset = 0;
    while (offset < chunk.length) {
      if (this.#step === 'skip') {
        const length = Math.min(this.#skipBytes, chunk.length - offset);
        offset += length;
        this.#skipBytes -= length;
        if (this.#skipBytes === 0) this.#expect('magic', 4);
        continue;
      }
      const length = Math.min(this.#wanted - this.#filled, chunk.length - offset);
      this.#piece.set(chunk.subarray(offset, offset + length), this.#filled);
      offset += length;
      this.#filled += length;
      if (this.#filled < this.#wanted) return;
      this.#advance();
      yield* this.#output.splice(0);
    }
  }

  /** Rejects a stream that ended within a frame. */
  finish(): undefined {
    if (this.#step !== 'magic' || this.#filled > 0) throw corrupt('unexpected EOF');
  }

  #expect(step: Step, wanted: number): void {
    this.#step = step;
    this.#filled = 0;
    this.#wanted = wanted;
  }

  #advance(): void {
    if (this.#step === 'magic') this.#readMagic();
    else if (this.#step === 'header') this.#readHeader();
    else if (this.#step === 'block') this.#readBlock();
    else if (this.#step === 'checksum') this.#endFrame();
    else this.#readSkipSize();
  }

  #readMagic(): void {
    const value = uint32(this.#piece, 0);
    // The magic stays in the piece: fzstd wants to see it too.
    if (value === magic) {
      this.#step = 'header';
      this.#wanted = 5;
    } else if ((value & 0xfffffff0) >>> 0 === skippableMagic) {
      this.#expect('skip-size', 4);
    } else {
      throw corrupt('invalid magic');
    }
  }

  #readSkipSize(): void {
    this.#skipBytes = uint32(this.#piece, 0);
    if (this.#skipBytes > 0) this.#step = 'skip';
    else this.#expect('magic', 4);
  }

  #readHeader(): void {
    const flags = this.#piece[4] ?? 0;
    const singleSegment = (flags & 0x20) !== 0;
    if ((flags & 0x0b) !== 0) throw corrupt('dictionaries and reserved bits are not supported');
    const sizeFlag = flags >> 6;
    const sizeBytes = sizeFlag === 0 ? Number(singleSegment) : 1 << sizeFlag;
    const length = 5 + (singleSegment ? 0 : 1) + sizeBytes;
    if (this.#filled < length) {
      this.#wanted = length;
      return;
    }
    this.#windowBytes = singleSegment
      ? contentSize(this.#piece, sizeBytes)
      : windowSize(this.#piece[5] ?? 0);
    if (this.#windowBytes > windowBytesMax) {
      throw corrupt(`window of ${this.#windowBytes} bytes, at most ${windowBytesMax}`);
    }
    this.#hasChecksum = (flags & 0x04) !== 0;
    this.#work();
    this.#frame = new Decompress((data) => {
      if (data.length > 0) this.#output.push(data);
    });
    this.#feed(this.#piece.slice(0, length), false);
    this.#expect('block', 3);
  }

  #readBlock(): void {
    const header =
      (this.#piece[0] ?? 0) | ((this.#piece[1] ?? 0) << 8) | ((this.#piece[2] ?? 0) << 16);
    const isLast = (header & 1) === 1;
    const type = (header >> 1) & 3;
    const size = header >> 3;
    if (type === 3 || size > blockBytesMax) throw corrupt('invalid block');
    const length = 3 + (type === 1 ? 1 : size);
    if (this.#filled < length) {
      this.#wanted = length;
      return;
    }
    this.#work();
    this.#feed(this.#piece.slice(0, length), isLast && !this.#hasChecksum);
    if (!isLast) this.#expect('block', 3);
    else if (this.#hasChecksum) this.#expect('checksum', 4);
    else this.#expect('magic', 4);
  }

  /** The checksum itself says nothing more: the caller holds the digest of everything. */
  #endFrame(): void {
    this.#feed(this.#piece.slice(0, 4), true);
    this.#expect('magic', 4);
  }

  #work(): void {
    this.#workBytes += this.#windowBytes;
    if (this.#workBytes > workBytesMax) throw corrupt('too many blocks for the size of the window');
  }

  #feed(bytes: Uint8Array, isFinal: boolean): void {
    try {
      this.#frame?.push(bytes, isFinal);
    } catch (cause) {
      throw new KindError('dataLoss', 'zstd: invalid data', { cause });
    }
  }
}

function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

/** The frame content size, which is the window of a single-segment frame. */
function contentSize(piece: Uint8Array, sizeBytes: number): number {
  let value = 0;
  for (let i = sizeBytes - 1; i >= 0; i -= 1) value = value * 256 + (piece[5 + i] ?? 0);
  return sizeBytes === 2 ? value + 256 : value;
}

function uint32(bytes: Uint8Array, offset: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(offset, true);
}

function corrupt(reason: string): KindError {
  return new KindError('dataLoss', `zstd: ${reason}`);
}
