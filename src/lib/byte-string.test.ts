import { describe, expect, it } from 'vitest';
import { byteStringLength, decodeByteString, encodeByteString, isUtf8 } from './byte-string.ts';

const samples: readonly (readonly number[])[] = [
  [],
  [0x61, 0x62],
  [...new TextEncoder().encode('naïve 日本語 🚢')],
  [0x61, 0xff, 0x62],
  [0xc3],
  [0xe6, 0x97, 0x41],
  [0xf0, 0x9f, 0x9a, 0xa2, 0x80],
  [0xed, 0xa0, 0x80],
  [0xef, 0xbb, 0xbf, 0x61],
  Array.from({ length: 200 }, (_, index) => (index * 37) % 256),
];

describe('decodeByteString()', () => {
  it.each(samples.map((bytes) => ({ bytes })))('loses nothing of %j', ({ bytes }) => {
    const text = decodeByteString(Uint8Array.from(bytes));
    expect([...encodeByteString(text)]).toEqual(bytes);
    expect(byteStringLength(text)).toBe(bytes.length);
  });

  it('tells names that are not UTF-8 apart', () => {
    expect(decodeByteString(Uint8Array.of(0xff))).not.toBe(decodeByteString(Uint8Array.of(0xfe)));
    expect(isUtf8(decodeByteString(Uint8Array.of(0xff)))).toBe(false);
    expect(isUtf8('🚢')).toBe(true);
  });
});
