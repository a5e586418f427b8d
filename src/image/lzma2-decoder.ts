/**
 * LZMA2, chunk by chunk: each says how long it is, so no more than one has to be gathered. The algorithm is that of
 * the LZMA specification (https://www.7-zip.org/sdk.html).
 */
import { KindError } from '../lib/errors.ts';

/** Of a chunk: what its 16 bits can say. */
export const chunkInputBytesMax = 0x10000;

const probabilityInit = 1024;
const positionStatesMax = 16;

/** Where each kind of decision has its probabilities. */
const at = {
  isMatch: 0,
  isRep: 192,
  isRepG0: 204,
  isRepG1: 216,
  isRepG2: 228,
  isRep0Long: 240,
  slot: 432,
  position: 688,
  align: 816,
  length: 832,
  repLength: 832 + 514,
  literal: 832 + 1028,
} as const;

export interface LzmaChunk {
  readonly sizeBytes: number;
  readonly resetDictionary: boolean;
  readonly resetState: boolean;
  /** The byte of new properties. */
  readonly properties?: number;
}

export class Lzma2Decoder {
  readonly #dictionary: Uint8Array;
  /** Bytes since the last reset of the dictionary. */
  #position = 0;
  #probabilities = new Uint16Array(0);
  #state = 0;
  #reps: [number, number, number, number] = [0, 0, 0, 0];
  #lc = 0;
  #lp = 0;
  #pb = 0;
  #input: Uint8Array = new Uint8Array(0);
  #inputAt = 0;
  #range = 0;
  #code = 0;
  #output: Uint8Array = new Uint8Array(0);
  #outputAt = 0;

  constructor(dictionaryBytes: number) {
    this.#dictionary = new Uint8Array(dictionaryBytes);
  }

  get dictionaryBytes(): number {
    return this.#dictionary.length;
  }

  /** A chunk that is not compressed. */
  copy(bytes: Uint8Array, { resetDictionary }: { readonly resetDictionary: boolean }): Uint8Array {
    if (resetDictionary) this.#position = 0;
    this.#begin(bytes.length);
    for (const byte of bytes) this.#put(byte);
    return this.#output;
  }

  /** Rejects `dataLoss` for a chunk that is not what it says. */
  decode(input: Uint8Array, chunk: LzmaChunk): Uint8Array {
    if (chunk.resetDictionary) this.#position = 0;
    if (chunk.properties !== undefined) this.#setProperties(chunk.properties);
    if (chunk.resetState) this.#reset();
    if (this.#probabilities.length === 0 || input[0] !== 0) throw corrupt();
    this.#input = input;
    this.#range = 0xffffffff;
    this.#code = 0;
    for (let index = 1; index < 5; index += 1)
      this.#code = ((this.#code << 8) | (input[index] ?? 0)) >>> 0;
    this.#inputAt = 5;
    this.#begin(chunk.sizeBytes);
    while (this.#outputAt < chunk.sizeBytes) this.#step();
    if (this.#inputAt !== input.length || this.#code !== 0) throw corrupt();
    return this.#output;
  }

  #setProperties(properties: number): void {
    if (properties >= 9 * 5 * 5) throw corrupt();
    this.#lc = properties % 9;
    this.#lp = Math.floor(properties / 9) % 5;
    this.#pb = Math.floor(properties / 45);
    if (this.#lc + this.#lp > 4) throw corrupt();
  }

  #reset(): void {
    this.#probabilities = new Uint16Array(at.literal + (0x300 << (this.#lc + this.#lp)));
    this.#probabilities.fill(probabilityInit);
    this.#state = 0;
    this.#reps = [0, 0, 0, 0];
  }

  #begin(sizeBytes: number): void {
    this.#output = new Uint8Array(sizeBytes);
    this.#outputAt = 0;
  }

  #put(byte: number): void {
    this.#dictionary[this.#position % this.#dictionary.length] = byte;
    this.#output[this.#outputAt++] = byte;
    this.#position += 1;
  }

  /** The byte `distance` + 1 back. */
  #back(distance: number): number {
    const size = this.#dictionary.length;
    return this.#dictionary[(this.#position - distance - 1) % size] ?? 0;
  }

  /** A literal, a match, or a repetition of one of the last four distances. */
  #step(): void {
    const positionState = this.#position & ((1 << this.#pb) - 1);
    const state = this.#state;
    if (this.#bit(at.isMatch + state * 16 + positionState) === 0) {
      this.#literal();
      return;
    }
    if (this.#bit(at.isRep + state) === 0) {
      const length = this.#length(at.length, positionState);
      const [rep0, rep1, rep2] = this.#reps;
      this.#reps = [this.#distance(length), rep0, rep1, rep2];
      this.#state = state < 7 ? 7 : 10;
      this.#match(length + 2);
      return;
    }
    if (this.#bit(at.isRepG0 + state) === 0) {
      if (this.#bit(at.isRep0Long + state * 16 + positionState) === 0) {
        this.#state = state < 7 ? 9 : 11;
        this.#match(1);
        return;
      }
    } else this.#rotate();
    const length = this.#length(at.repLength, positionState);
    this.#state = state < 7 ? 8 : 11;
    this.#match(length + 2);
  }

  /** Brings the distance that is meant to the front. */
  #rotate(): void {
    const [rep0, rep1, rep2, rep3] = this.#reps;
    if (this.#bit(at.isRepG1 + this.#state) === 0) this.#reps = [rep1, rep0, rep2, rep3];
    else if (this.#bit(at.isRepG2 + this.#state) === 0) this.#reps = [rep2, rep0, rep1, rep3];
    else this.#reps = [rep3, rep0, rep1, rep2];
  }

  #match(length: number): void {
    const [distance] = this.#reps;
    const isKnown = distance < Math.min(this.#position, this.#dictionary.length);
    if (!isKnown || length > this.#output.length - this.#outputAt) throw corrupt();
    for (let left = length; left > 0; left -= 1) this.#put(this.#back(distance));
  }

  #literal(): void {
    const before = this.#position === 0 ? 0 : this.#back(0);
    const low = this.#position & ((1 << this.#lp) - 1);
    const base = at.literal + 0x300 * ((low << this.#lc) + (before >> (8 - this.#lc)));
    let symbol = 1;
    if (this.#state >= 7) {
      let matched = this.#back(this.#reps[0]);
      while (symbol < 0x100) {
        const expected = (matched >> 7) & 1;
        matched <<= 1;
        const bit = this.#bit(base + ((1 + expected) << 8) + symbol);
        symbol = symbol * 2 + bit;
        if (bit !== expected) break;
      }
    }
    while (symbol < 0x100) symbol = symbol * 2 + this.#bit(base + symbol);
    this.#put(symbol & 0xff);
    this.#state = this.#state < 4 ? 0 : this.#state < 10 ? this.#state - 3 : this.#state - 6;
  }

  #length(base: number, positionState: number): number {
    if (this.#bit(base) === 0) return this.#tree(base + 2 + positionState * 8, 3);
    if (this.#bit(base + 1) === 0)
      return 8 + this.#tree(base + 2 + positionStatesMax * 8 + positionState * 8, 3);
    return 16 + this.#tree(base + 2 + positionStatesMax * 16, 8);
  }

  #distance(length: number): number {
    const slot = this.#tree(at.slot + Math.min(length, 3) * 64, 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const high = (2 | (slot & 1)) * 2 ** bits;
    if (slot < 14) return high + this.#reverse(at.position + high - slot, bits);
    return high + this.#direct(bits - 4) * 16 + this.#reverse(at.align, 4);
  }

  #tree(base: number, bits: number): number {
    let symbol = 1;
    for (let left = bits; left > 0; left -= 1) symbol = symbol * 2 + this.#bit(base + symbol);
    return symbol - (1 << bits);
  }

  #reverse(base: number, bits: number): number {
    let symbol = 1;
    let value = 0;
    for (let index = 0; index < bits; index += 1) {
      const bit = this.#bit(base + symbol);
      symbol = symbol * 2 + bit;
      value |= bit << index;
    }
    return value;
  }

  #direct(bits: number): number {
    let value = 0;
    for (let left = bits; left > 0; left -= 1) {
      this.#range >>>= 1;
      const isOne = this.#code >= this.#range;
      if (isOne) this.#code -= this.#range;
      value = value * 2 + (isOne ? 1 : 0);
      if (this.#range < 0x1000000) this.#fill();
    }
    return value;
  }

  #bit(index: number): 0 | 1 {
    const probability = this.#probabilities[index] ?? 0;
    const bound = (this.#range >>> 11) * probability;
    let bit: 0 | 1 = 0;
    if (this.#code < bound) {
      this.#range = bound;
      this.#probabilities[index] = probability + ((2048 - probability) >> 5);
    } else {
      this.#range -= bound;
      this.#code -= bound;
      this.#probabilities[index] = probability - (probability >> 5);
      bit = 1;
    }
    if (this.#range < 0x1000000) this.#fill();
    return bit;
  }

  #fill(): void {
    const byte = this.#input[this.#inputAt++];
    if (byte === undefined) throw corrupt();
    this.#range = (this.#range << 8) >>> 0;
    this.#code = ((this.#code << 8) | byte) >>> 0;
  }
}

function corrupt(): KindError {
  return new KindError('dataLoss', 'xz: data is corrupt');
}
