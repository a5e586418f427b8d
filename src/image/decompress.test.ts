import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import * as other from './bzip2-xz.fixture.ts';
import * as zstd from './decompress.fixture.ts';
import { decompress, detectCompression } from './decompress.ts';
import { KindError } from '../lib/errors.ts';

/** Text with repetitions, so that every compressor has matches to find. */
const plain = new TextEncoder().encode(
  Array.from({ length: 30_000 }, (_, n) => `line ${n % 97} of ${n % 31}\n`).join(''),
);
const limits = { sizeBytesMax: 1 << 24, ratioMax: 50, ratioFromBytes: 1 << 20 };

async function* pieces(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function run(bytes: Uint8Array, size = 1000): Promise<Uint8Array> {
  const out: Uint8Array[] = [];
  for await (const chunk of decompress(pieces(bytes, size), limits)) out.push(chunk);
  return new Uint8Array(Buffer.concat(out));
}

const decode = (base64: string): Uint8Array => Buffer.from(base64, 'base64');

describe('decompress()', () => {
  const half = plain.length >> 1;
  const firstMember = gzipSync(plain.subarray(0, half));
  const members = Buffer.concat([firstMember, gzipSync(plain.subarray(half))]);
  const frames = () =>
    Buffer.concat([
      Buffer.from([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]),
      decode(zstd.firstHalf),
      decode(zstd.secondHalfNoCheck),
    ]);
  const cases: [string, () => Uint8Array][] = [
    ['plain bytes', () => plain],
    ['gzip', () => gzipSync(plain)],
    ['gzip of several members', () => members],
    ['gzip followed by padding', () => Buffer.concat([gzipSync(plain), Buffer.alloc(5000)])],
    ['zstd', () => decode(zstd.level3)],
    ['zstd -19', () => decode(zstd.level19)],
    ['zstd of several frames, one to skip', frames],
  ];
  for (const [name, make] of cases) {
    for (const size of [7, 1000, 65_536, firstMember.length]) {
      it(`yields ${name} in pieces of ${size}`, async () => {
        expect(Buffer.compare(await run(make(), size), plain)).toBe(0);
      });
    }
  }

  it('yields nothing for nothing, and short bytes as they are', async () => {
    expect(await run(new Uint8Array(0))).toEqual(new Uint8Array(0));
    expect(await run(new Uint8Array([1, 2]))).toEqual(new Uint8Array([1, 2]));
  });

  it('rejects what is cut short', async () => {
    await expect(run(gzipSync(plain).subarray(0, -9))).rejects.toThrow('gzip: unexpected EOF');
    await expect(run(decode(zstd.level3).subarray(0, -9))).rejects.toThrow('zstd: unexpected EOF');
  });

  it('rejects what is corrupt', async () => {
    const gzip = gzipSync(plain);
    gzip.fill(0xff, 500, 540);
    await expect(run(gzip)).rejects.toMatchObject({ kind: 'dataLoss' });
    await expect(run(Buffer.concat([gzipSync(plain), Buffer.from('junk')]))).rejects.toMatchObject({
      kind: 'dataLoss',
    });
    await expect(run(Buffer.concat([decode(zstd.level3), Buffer.from('junk')]))).rejects.toThrow(
      'zstd: invalid magic',
    );
  });

  it('rejects a bomb by its ratio, gzip and zstd', async () => {
    const zeros = new Uint8Array(4 << 20);
    await expect(run(gzipSync(zeros))).rejects.toMatchObject({ kind: 'resourceExhausted' });
    await expect(run(decode(zstd.zeros))).rejects.toMatchObject({ kind: 'resourceExhausted' });
  });

  it('rejects a zstd frame whose header asks for a huge window', async () => {
    // Magic, no content size, window descriptor 2^(10+30).
    await expect(
      run(new Uint8Array([0x28, 0xb5, 0x2f, 0xfd, 0, 30 << 3, 1, 0, 0])),
    ).rejects.toThrow('zstd: window of');
  });

  for (const [name, base64] of [
    ['bzip2', other.bzip2],
    ['xz', other.xz],
    ['xz with other settings', other.xzOther],
  ] as const) {
    for (const size of [1, 7, 100_000]) {
      it(`yields ${name} in pieces of ${size}`, async () => {
        expect(await run(decode(base64), size)).toEqual(other.mixed);
      });
    }

    it(`yields ${name} of several streams, and rejects what is cut short or corrupt`, async () => {
      const bytes = decode(base64);
      const twice = await run(Buffer.concat([bytes, bytes]));
      expect(twice).toEqual(new Uint8Array([...other.mixed, ...other.mixed]));
      expect(await run(Buffer.concat([bytes, Buffer.alloc(8)]))).toEqual(other.mixed);
      for (const length of [bytes.length - 9, bytes.length >> 1, 20]) {
        await expect(run(bytes.subarray(0, length))).rejects.toMatchObject({ kind: 'dataLoss' });
      }
      for (let at = 30; at < bytes.length - 40; at += 41) {
        const bad = Uint8Array.from(bytes);
        bad[at] = (bad[at] ?? 0) ^ 0x55;
        if (name !== 'xz with other settings')
          await expect(run(bad), `byte ${at}`).rejects.toBeInstanceOf(KindError);
      }
    });
  }

  it('refuses filters of xz that nobody uses for archives', async () => {
    await expect(run(decode(other.xzFiltered))).rejects.toThrow('filters other than LZMA2');
  });

  it('tells compressions by their first bytes', () => {
    expect(detectCompression(decode(other.bzip2))).toBe('bzip2');
    expect(detectCompression(decode(other.xz))).toBe('xz');
    expect(detectCompression(plain)).toBe('none');
  });
});
