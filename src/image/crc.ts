/** The cyclic redundancy checks of xz, the least significant bit first. */

const table32 = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

export class Crc32 {
  #crc = 0xffffffff;

  update(bytes: Uint8Array): this {
    let crc = this.#crc;
    for (const byte of bytes) crc = (crc >>> 8) ^ (table32[(crc ^ byte) & 0xff] ?? 0);
    this.#crc = crc;
    return this;
  }

  get value(): number {
    return ~this.#crc >>> 0;
  }

  /** Whether these four bytes are the check. */
  matches(check: Uint8Array): boolean {
    return new DataView(check.buffer, check.byteOffset).getUint32(0, true) === this.value;
  }
}

/** Halves of 64-bit numbers, which JavaScript's operators do not know. */
const low64 = new Uint32Array(256);
const high64 = new Uint32Array(256);
for (let index = 0; index < 256; index += 1) {
  let [high, low] = [0, index];
  for (let bit = 0; bit < 8; bit += 1) {
    const isOdd = (low & 1) === 1;
    low = ((low >>> 1) | (high << 31)) >>> 0;
    high >>>= 1;
    if (isOdd) [high, low] = [(high ^ 0xc96c5795) >>> 0, (low ^ 0xd7870f42) >>> 0];
  }
  low64[index] = low;
  high64[index] = high;
}

export class Crc64 {
  #high = 0xffffffff;
  #low = 0xffffffff;

  update(bytes: Uint8Array): this {
    let [high, low] = [this.#high, this.#low];
    for (const byte of bytes) {
      const index = (low ^ byte) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ (low64[index] ?? 0);
      high = (high >>> 8) ^ (high64[index] ?? 0);
    }
    [this.#high, this.#low] = [high >>> 0, low >>> 0];
    return this;
  }

  /** Whether these eight bytes are the check. */
  matches(check: Uint8Array): boolean {
    const view = new DataView(check.buffer, check.byteOffset);
    const [low, high] = [view.getUint32(0, true), view.getUint32(4, true)];
    return low === ~this.#low >>> 0 && high === ~this.#high >>> 0;
  }
}
