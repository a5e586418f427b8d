/**
 * The wire form of 9P2000.L: little-endian integers, strings with a 16-bit length, and a header of
 * size[4] type[1] tag[2]. Reading is bounds-checked; writing allocates the reply once.
 */
import { byteStringLength, decodeByteString, encodeByteString } from '../../lib/byte-string.ts';
import { NinepError, errno } from './errno.ts';

/** Request types; a reply's type is the request's plus one, a failure's is `rlerror`. */
export const messageType = {
  rlerror: 7,
  tstatfs: 8,
  tlopen: 12,
  tlcreate: 14,
  tsymlink: 16,
  tmknod: 18,
  trename: 20,
  treadlink: 22,
  tgetattr: 24,
  tsetattr: 26,
  txattrwalk: 30,
  txattrcreate: 32,
  treaddir: 40,
  tfsync: 50,
  tlock: 52,
  tgetlock: 54,
  tlink: 70,
  tmkdir: 72,
  trenameat: 74,
  tunlinkat: 76,
  tversion: 100,
  tauth: 102,
  tattach: 104,
  tflush: 108,
  twalk: 110,
  tread: 116,
  twrite: 118,
  tclunk: 120,
  tremove: 122,
} as const;

export const headerSize = 7;
export const qidSize = 13;
const twoTo32 = 0x1_0000_0000;

export interface Qid {
  readonly type: number;
  readonly version: number;
  readonly path: number;
}

/** Reads the fields of one request in order; beyond its end every read throws EINVAL. */
export class MessageReader {
  readonly #bytes: Uint8Array;
  #at = headerSize;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  u8(): number {
    return this.#bytes[this.#take(1)] ?? 0;
  }

  u16(): number {
    const at = this.#take(2);
    return (this.#bytes[at] ?? 0) | ((this.#bytes[at + 1] ?? 0) << 8);
  }

  u32(): number {
    return readU32(this.#bytes, this.#take(4));
  }

  /** Beyond 2^53 the value is not exact, which is far beyond any file. */
  u64(): number {
    const at = this.#take(8);
    return readU32(this.#bytes, at) + readU32(this.#bytes, at + 4) * twoTo32;
  }

  /** A view of `length` bytes. */
  data(length: number): Uint8Array {
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  string(): string {
    const length = this.u16();
    const at = this.#take(length);
    return decodeByteString(this.#bytes, at, at + length);
  }

  #take(length: number): number {
    const at = this.#at;
    if (at + length > this.#bytes.length) throw new NinepError('EINVAL');
    this.#at = at + length;
    return at;
  }
}

/** Fills one reply of a size known beforehand. */
export class ReplyWriter {
  readonly bytes: Uint8Array;
  #at = headerSize;

  /** `bodySize`: bytes after the header. */
  constructor(type: number, tag: number, bodySize: number) {
    this.bytes = new Uint8Array(headerSize + bodySize);
    writeHeader(this.bytes, type, tag);
  }

  get offset(): number {
    return this.#at;
  }

  u8(value: number): this {
    this.bytes[this.#at++] = value;
    return this;
  }

  u16(value: number): this {
    this.bytes[this.#at++] = value;
    this.bytes[this.#at++] = value >>> 8;
    return this;
  }

  u32(value: number): this {
    writeU32(this.bytes, this.#at, value);
    this.#at += 4;
    return this;
  }

  /** Negative values (times before 1970) become two's complement. */
  u64(value: number): this {
    writeU32(this.bytes, this.#at, value >>> 0);
    writeU32(this.bytes, this.#at + 4, Math.floor(value / twoTo32) >>> 0);
    this.#at += 8;
    return this;
  }

  qid(qid: Qid): this {
    return this.u8(qid.type).u32(qid.version).u64(qid.path);
  }

  string(text: string): this {
    const lengthAt = this.#at;
    this.#at += 2;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code >= 0x80) {
        this.#at = lengthAt + 2;
        this.data(encodeByteString(text));
        break;
      }
      this.bytes[this.#at++] = code;
    }
    const length = this.#at - lengthAt - 2;
    this.bytes[lengthAt] = length;
    this.bytes[lengthAt + 1] = length >>> 8;
    return this;
  }

  data(bytes: Uint8Array): this {
    this.bytes.set(bytes, this.#at);
    this.#at += bytes.length;
    return this;
  }

  /** Corrects a length field and the message's size when less was written than reserved. */
  end(): Uint8Array {
    const message = this.#at === this.bytes.length ? this.bytes : this.bytes.subarray(0, this.#at);
    writeU32(message, 0, message.length);
    return message;
  }

  setU32(at: number, value: number): void {
    writeU32(this.bytes, at, value);
  }
}

/** Size of a string field. */
export function stringSize(text: string): number {
  return 2 + byteStringLength(text);
}

export function errorReply(tag: number, number: number): Uint8Array {
  return new ReplyWriter(messageType.rlerror, tag, 4).u32(number || errno.EIO).end();
}

/** A reply without a body. */
export function emptyReply(type: number, tag: number): Uint8Array {
  const reply = new Uint8Array(headerSize);
  writeHeader(reply, type, tag);
  return reply;
}

export function readU32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] ?? 0) |
      ((bytes[at + 1] ?? 0) << 8) |
      ((bytes[at + 2] ?? 0) << 16) |
      ((bytes[at + 3] ?? 0) << 24)) >>>
    0
  );
}

function writeHeader(bytes: Uint8Array, type: number, tag: number): void {
  writeU32(bytes, 0, bytes.length);
  bytes[4] = type;
  bytes[5] = tag;
  bytes[6] = tag >>> 8;
}

function writeU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}
