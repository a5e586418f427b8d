/** How a log driver writes lines to its files and reads them back. */
import type { LogStream } from '../container/container-log.ts';

export interface LogLine {
  readonly stream: LogStream;
  readonly timeMs: number;
  /** With its newline; one that was cut, or the last of a stream, has none. */
  readonly line: Uint8Array;
}

export interface LogDecoder {
  /** Takes a file's bytes as they come; what is damaged is passed over. */
  push(bytes: Uint8Array): LogLine[];
}

export interface LogFormat {
  encode(lines: readonly LogLine[]): Uint8Array;
  decoder(): LogDecoder;
}

/** Bytes in the making. */
export class ByteBuilder {
  #bytes = new Uint8Array(16 * 1024);
  #used = 0;

  get length(): number {
    return this.#used;
  }

  byte(value: number): void {
    if (this.#used === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#used] = value;
    this.#used += 1;
  }

  append(bytes: Uint8Array): void {
    if (this.#used + bytes.length > this.#bytes.length) this.#grow(bytes.length);
    this.#bytes.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#used);
  }

  #grow(length: number): void {
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#used + length));
    grown.set(this.#bytes.subarray(0, this.#used));
    this.#bytes = grown;
  }
}
