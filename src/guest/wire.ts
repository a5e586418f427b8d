/**
 * The protocol's bodies: a kind byte and fields (u8 tag, u32 length, bytes), little endian. Writing
 * grows as needed; reading never runs past the end and says what is malformed.
 */
import { limit } from './protocol.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Bytes from the other side that do not follow the protocol. */
export class MalformedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MalformedError';
  }
}

/** Builds one body. */
export class BodyWriter {
  #bytes = new Uint8Array(256);
  #used = 0;

  constructor(kind?: number) {
    if (kind !== undefined) this.byte(kind);
  }

  byte(value: number): this {
    this.#reserve(1);
    this.#bytes[this.#used++] = value;
    return this;
  }

  /** An integer: 4 bytes, or 8 when it needs them. Negative numbers are two's complement of 64 bits. */
  number(tag: number, value: number | bigint): this {
    const big = BigInt.asUintN(64, BigInt(value));
    const length = big > 0xffffffffn ? 8 : 4;
    const view = this.#field(tag, length);
    if (length === 8) view.setBigUint64(0, big, true);
    else view.setUint32(0, Number(big), true);
    return this;
  }

  flag(tag: number, value: boolean | undefined): this {
    return value === true ? this.number(tag, 1) : this;
  }

  text(tag: number, value: string): this {
    return this.bytes(tag, encoder.encode(value));
  }

  bytes(tag: number, value: Uint8Array): this {
    const view = this.#field(tag, value.length);
    this.#bytes.set(value, view.byteOffset);
    return this;
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#used);
  }

  #field(tag: number, length: number): DataView {
    this.#reserve(limit.fieldHeaderSize + length);
    const head = new DataView(this.#bytes.buffer, this.#used, limit.fieldHeaderSize);
    head.setUint8(0, tag);
    head.setUint32(1, length, true);
    const start = this.#used + limit.fieldHeaderSize;
    this.#used = start + length;
    return new DataView(this.#bytes.buffer, start, length);
  }

  #reserve(length: number): void {
    const needed = this.#used + length;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#used));
    this.#bytes = grown;
  }
}

/** The fields of one body, in order. */
export class Fields {
  readonly #fields: { readonly tag: number; readonly value: Uint8Array }[] = [];

  /** Throws a MalformedError when the bytes are no row of fields. */
  constructor(body: Uint8Array) {
    const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
    let at = 0;
    while (at < body.length) {
      if (at + limit.fieldHeaderSize > body.length) throw new MalformedError('Field is cut off');
      const length = view.getUint32(at + 1, true);
      const start = at + limit.fieldHeaderSize;
      if (length > body.length - start)
        throw new MalformedError('Field is longer than its message');
      this.#fields.push({ tag: view.getUint8(at), value: body.subarray(start, start + length) });
      at = start + length;
    }
  }

  bytes(tag: number): Uint8Array | undefined {
    return this.#fields.find((field) => field.tag === tag)?.value;
  }

  text(tag: number): string | undefined {
    const value = this.bytes(tag);
    return value === undefined ? undefined : decoder.decode(value);
  }

  texts(tag: number): string[] {
    return this.#fields
      .filter((field) => field.tag === tag)
      .map((field) => decoder.decode(field.value));
  }

  /** An integer of 4 or 8 bytes; `missing` without such a field. */
  number(tag: number, missing = 0): number {
    const value = this.bytes(tag);
    if (value === undefined) return missing;
    const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
    if (value.length === 4) return view.getUint32(0, true);
    if (value.length === 8) return Number(view.getBigInt64(0, true));
    throw new MalformedError('Number has a wrong size');
  }
}
