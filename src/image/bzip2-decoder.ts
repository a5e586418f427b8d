/**
 * Streaming bzip2, block by block. What is in a block is only known when all of it is there, so its bytes are gathered
 * first: at most what the longest codes can make of a block of 900,000 symbols.
 *
 * Own code: the libraries for it want Node's streams or the whole file. The format is described at
 * https://github.com/dsnet/compress/blob/master/doc/bzip2-format.pdf.
 */
import { KindError } from '../lib/errors.ts';

/** 900,001 symbols of 20 bits, and the tables in front of them. */
const blockInputBytesMax = 2_400_000;
const blockMagic = 0x314159265359;
const endMagic = 0x177245385090;
const groupSize = 50;
const codeLengthMax = 20;

export class Bzip2Decoder {
  #input = new Uint8Array(2 * blockInputBytesMax);
  #filled = 0;
  /** In bits, from the start of the input. */
  #at = 0;
  /** Bytes of a block of this stream; 0 between streams. */
  #blockBytesMax = 0;
  #combinedCrc = 0;
  #isPadding = false;

  *push(chunk: Uint8Array): Generator<Uint8Array> {
    for (let offset = 0; offset < chunk.length;) {
      const length = Math.min(chunk.length - offset, this.#input.length - this.#filled);
      this.#input.set(chunk.subarray(offset, offset + length), this.#filled);
      this.#filled += length;
      offset += length;
      while (this.#filled - (this.#at >> 3) >= blockInputBytesMax && !this.#isPadding) {
        yield* this.#step();
      }
      this.#compact();
    }
  }

  /** What was waited for. Rejects a stream that is cut short. */
  *finish(): Generator<Uint8Array> {
    while (!this.#isPadding && (this.#blockBytesMax > 0 || this.#at < this.#filled * 8)) {
      yield* this.#step();
    }
  }

  /** Forgets what was read. */
  #compact(): void {
    const done = this.#isPadding ? this.#filled : this.#at >> 3;
    this.#input.copyWithin(0, done, this.#filled);
    this.#filled -= done;
    this.#at -= Math.min(this.#at, done * 8);
  }

  /** A header, a block or the end of a stream. */
  *#step(): Generator<Uint8Array> {
    if (this.#blockBytesMax === 0) {
      this.#header();
      return;
    }
    const magic = this.#bits(24) * 2 ** 24 + this.#bits(24);
    const crc = this.#bits(16) * 2 ** 16 + this.#bits(16);
    if (magic === endMagic) {
      if (crc !== this.#combinedCrc) throw corrupt('checksum mismatch');
      this.#at = Math.ceil(this.#at / 8) * 8;
      this.#blockBytesMax = 0;
      return;
    }
    if (magic !== blockMagic) throw corrupt('bad magic value');
    const output = this.#block();
    if (crcOf(output) !== crc) throw corrupt('checksum mismatch');
    this.#combinedCrc = (((this.#combinedCrc << 1) | (this.#combinedCrc >>> 31)) ^ crc) >>> 0;
    yield output;
  }

  /** Zeros after a stream are padding; anything else begins another one. */
  #header(): void {
    const [b, z, h, level] = [this.#bits(8), this.#bits(8), this.#bits(8), this.#bits(8) - 0x30];
    if (b === 0 && z === 0) {
      this.#isPadding = true;
      return;
    }
    if (b !== 0x42 || z !== 0x5a || h !== 0x68 || level < 1 || level > 9)
      throw corrupt('bad magic value');
    this.#blockBytesMax = level * 100_000;
    this.#combinedCrc = 0;
  }

  #block(): Uint8Array {
    if (this.#bits(1) !== 0) throw corrupt('deprecated randomized files');
    const origin = this.#bits(24);
    const alphabet = this.#alphabet();
    const symbols = alphabet.length + 2;
    const groups = this.#bits(3);
    if (groups < 2 || groups > 6) throw corrupt('invalid number of Huffman trees');
    const selectors = this.#selectors(groups);
    const tables = Array.from(
      { length: groups },
      () => new HuffmanTable(this.#codeLengths(symbols)),
    );
    const { text, counts } = this.#symbols({ alphabet, selectors, tables, endSymbol: symbols - 1 });
    if (origin >= text.length) throw corrupt('pointer out of bounds');
    return undoRuns(undoSort(text, { counts, origin }));
  }

  /** The bytes that occur. */
  #alphabet(): Uint8Array {
    const rows = this.#bits(16);
    const used: number[] = [];
    for (let row = 0; row < 16; row += 1) {
      if ((rows & (0x8000 >> row)) === 0) continue;
      const columns = this.#bits(16);
      for (let column = 0; column < 16; column += 1) {
        if ((columns & (0x8000 >> column)) !== 0) used.push(row * 16 + column);
      }
    }
    if (used.length === 0) throw corrupt('no symbols in input');
    return Uint8Array.from(used);
  }

  #selectors(groups: number): Uint8Array {
    const count = this.#bits(15);
    if (count === 0) throw corrupt('no tree selectors given');
    const order = Array.from({ length: groups }, (_, index) => index);
    const selectors = new Uint8Array(count);
    for (let at = 0; at < count; at += 1) {
      let index = 0;
      while (this.#bits(1) === 1) index += 1;
      const [selector] = order.splice(index, 1);
      if (selector === undefined) throw corrupt('tree index too large');
      order.unshift(selector);
      selectors[at] = selector;
    }
    return selectors;
  }

  #codeLengths(symbols: number): Uint8Array {
    const lengths = new Uint8Array(symbols);
    let length = this.#bits(5);
    for (let symbol = 0; symbol < symbols; symbol += 1) {
      for (;;) {
        if (length < 1 || length > codeLengthMax) throw corrupt('Huffman length out of range');
        if (this.#bits(1) === 0) break;
        length += this.#bits(1) === 0 ? 1 : -1;
      }
      lengths[symbol] = length;
    }
    return lengths;
  }

  /** Undoes the codes, the runs of the most recent symbol, and the moves to the front. */
  #symbols(parts: {
    readonly alphabet: Uint8Array;
    readonly selectors: Uint8Array;
    readonly tables: readonly HuffmanTable[];
    readonly endSymbol: number;
  }): { text: Uint8Array; counts: Uint32Array } {
    const { alphabet: order, selectors, tables, endSymbol } = parts;
    const text = new Uint8Array(this.#blockBytesMax);
    const counts = new Uint32Array(256);
    let length = 0;
    let [run, weight] = [0, 1];
    const put = (byte: number, times: number) => {
      if (length + times > text.length) throw corrupt('repeats past end of block');
      text.fill(byte, length, length + times);
      length += times;
      counts[byte] = (counts[byte] ?? 0) + times;
    };
    for (const selector of selectors) {
      const table = tables[selector];
      if (table === undefined) throw corrupt('tree index too large');
      for (let left = groupSize; left > 0; left -= 1) {
        const symbol = this.#symbol(table);
        if (symbol <= 1) {
          run += weight << symbol;
          weight *= 2;
          if (run > text.length) throw corrupt('repeat count too large');
          continue;
        }
        if (run > 0) put(order[0] ?? 0, run);
        [run, weight] = [0, 1];
        if (symbol === endSymbol) return { text: text.subarray(0, length), counts };
        const byte = order[symbol - 1] ?? 0;
        order.copyWithin(1, 0, symbol - 1);
        order[0] = byte;
        put(byte, 1);
      }
    }
    throw corrupt('no more tree selectors');
  }

  #symbol(table: HuffmanTable): number {
    let code = 0;
    for (let length = 1; length <= codeLengthMax; length += 1) {
      code = code * 2 + this.#bits(1);
      const symbol = table.find(code, length);
      if (symbol !== undefined) return symbol;
    }
    throw corrupt('invalid Huffman code');
  }

  #bits(count: number): number {
    if (this.#at + count > this.#filled * 8) throw new KindError('dataLoss', 'unexpected EOF');
    let value = 0;
    for (let left = count; left > 0;) {
      const offset = this.#at & 7;
      const take = Math.min(left, 8 - offset);
      const byte = this.#input[this.#at >> 3] ?? 0;
      value = (value << take) | ((byte >> (8 - offset - take)) & ((1 << take) - 1));
      this.#at += take;
      left -= take;
    }
    return value;
  }
}

/** Canonical codes: those of one length follow each other. */
class HuffmanTable {
  /** For each length: the first code, and where its symbols begin. */
  readonly #first = new Int32Array(codeLengthMax + 2);
  readonly #start = new Int32Array(codeLengthMax + 2);
  readonly #symbols: Uint16Array;

  constructor(lengths: Uint8Array) {
    this.#symbols = new Uint16Array(lengths.length);
    let [code, place] = [0, 0];
    for (let length = 1; length <= codeLengthMax; length += 1) {
      this.#first[length] = code;
      this.#start[length] = place;
      for (const [symbol, own] of lengths.entries()) {
        if (own === length) this.#symbols[place++] = symbol;
      }
      code = (code + place - (this.#start[length] ?? 0)) * 2;
    }
    this.#start[codeLengthMax + 1] = place;
  }

  find(code: number, length: number): number | undefined {
    const start = this.#start[length] ?? 0;
    const index = start + code - (this.#first[length] ?? 0);
    return index >= start && index < (this.#start[length + 1] ?? 0)
      ? this.#symbols[index]
      : undefined;
  }
}

/** The text whose sorted rotations have this last column. */
function undoSort(
  text: Uint8Array,
  { counts, origin }: { counts: Uint32Array; origin: number },
): Uint8Array {
  const places = new Uint32Array(256);
  for (let byte = 1; byte < 256; byte += 1) {
    places[byte] = (places[byte - 1] ?? 0) + (counts[byte - 1] ?? 0);
  }
  const next = new Uint32Array(text.length);
  for (let at = 0; at < text.length; at += 1) {
    const byte = text[at] ?? 0;
    const place = places[byte] ?? 0;
    next[place] = at;
    places[byte] = place + 1;
  }
  const result = new Uint8Array(text.length);
  let at = next[origin] ?? 0;
  for (let index = 0; index < text.length; index += 1) {
    result[index] = text[at] ?? 0;
    at = next[at] ?? 0;
  }
  return result;
}

/** After four equal bytes comes a count of more. */
function undoRuns(text: Uint8Array): Uint8Array {
  let size = 0;
  let equal = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (equal === 4) {
      size += text[at] ?? 0;
      equal = 0;
      continue;
    }
    equal = at > 0 && equal > 0 && text[at] === text[at - 1] ? equal + 1 : 1;
    size += 1;
  }
  const result = new Uint8Array(size);
  let length = 0;
  equal = 0;
  for (let at = 0; at < text.length; at += 1) {
    const byte = text[at] ?? 0;
    if (equal === 4) {
      result.fill(text[at - 1] ?? 0, length, length + byte);
      length += byte;
      equal = 0;
      continue;
    }
    equal = at > 0 && equal > 0 && byte === text[at - 1] ? equal + 1 : 1;
    result[length++] = byte;
  }
  return result;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index << 24;
  for (let bit = 0; bit < 8; bit += 1)
    value = value & 0x80000000 ? (value << 1) ^ 0x04c11db7 : value << 1;
  return value >>> 0;
});

/** CRC-32, the most significant bit first. */
function crcOf(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc << 8) ^ (crcTable[((crc >>> 24) ^ byte) & 0xff] ?? 0);
  return ~crc >>> 0;
}

function corrupt(reason: string): KindError {
  return new KindError('dataLoss', `bzip2 data invalid: ${reason}`);
}
