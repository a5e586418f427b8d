import { describe, expect, it } from 'vitest';
import { decodeByteString } from '../lib/byte-string.ts';
import { decodeLayerIndex, encodeLayerIndex } from './layer-index-codec.ts';
import type { LayerIndex } from './layer-index.ts';
import { dir, file, indexEntries, link, someDiffId, symlink } from './layer.fixture.ts';

const damaged = expect.objectContaining({ kind: 'dataLoss' });

function decoding(bytes: Uint8Array): unknown {
  try {
    return decodeLayerIndex(bytes);
  } catch (error) {
    return error;
  }
}

const rich = indexEntries([
  dir('d/', { mode: 0o1777, uid: 4_000_000_000, mtimeSeconds: 1, mtimeNanoseconds: 999_999_999 }),
  file('d/ü', 'content', {
    xattrs: { 'user.a': Uint8Array.of(0, 255), 'user.b': new Uint8Array(0) },
  }),
  link('hard', 'd/ü'),
  symlink('s', '/välue'),
  { name: 'c', type: 'char', deviceMajor: 4095, deviceMinor: 1_048_575 },
  link('unresolved', 'lower/file'),
]);

describe('encodeLayerIndex()', () => {
  it('keeps everything', () => {
    expect(decodeLayerIndex(encodeLayerIndex(rich))).toEqual(rich);
  });

  it('keeps sparse files beyond 4 GiB, content of other layers and times before 1970', () => {
    const other = `sha256:${'b'.repeat(64)}` as const;
    const extents = [
      { fileOffset: 0, tarOffset: 512, length: 10 },
      { fileOffset: 3 * 2 ** 30, tarOffset: 5 * 2 ** 32, length: 4096 },
      { fileOffset: 4 * 2 ** 40, tarOffset: 1024, length: 1 },
    ];
    const [root] = rich.inodes;
    if (root === undefined) throw new Error('no root');
    const common = { uid: 0, gid: 0, mode: 0o644, mtimeSeconds: -2, mtimeNanoseconds: 5 };
    const index: LayerIndex = {
      diffId: someDiffId,
      inodes: [
        { ...root, children: new Map([['f', 1]]) },
        { ...common, type: 'file', sizeBytes: 2 ** 43, linkCount: 1, extents, contentOf: other },
      ],
    };
    expect(decodeLayerIndex(encodeLayerIndex(index))).toEqual(index);
  });

  it('keeps names that are not UTF-8', () => {
    const name = decodeByteString(Uint8Array.of(0x61, 0xff, 0xfe, 0x62));
    const index = indexEntries([file(name), file('plain')]);
    expect(decodeLayerIndex(encodeLayerIndex(index))).toEqual(index);
  });

  it('is small, and quick to read for 20,000 entries', () => {
    const entries = Array.from({ length: 20_000 }, (_, at) =>
      file(`usr/lib/directory-${at % 200}/some-file-name-${at}.py`, '', {
        mtimeSeconds: 1_700_000_000,
      }),
    );
    const index = indexEntries(entries);
    const encoded = encodeLayerIndex(index);
    const times = Array.from({ length: 5 }, () => {
      const start = performance.now();
      decodeLayerIndex(encoded);
      return performance.now() - start;
    });
    console.log(
      `decode of 20,000 entries: ${Math.min(...times).toFixed(1)} ms at best, ${encoded.length} bytes`,
    );
    expect(encoded.length).toBeLessThan(20_000 * 64);
    expect(Buffer.compare(encodeLayerIndex(decodeLayerIndex(encoded)), encoded)).toBe(0);
  });
});

describe('decodeLayerIndex()', () => {
  it('refuses what is cut short, another version and trailing bytes', () => {
    const encoded = encodeLayerIndex(rich);
    for (let length = 0; length < encoded.length; length++) {
      expect(decoding(encoded.subarray(0, length))).toEqual(damaged);
    }
    const other = encoded.slice();
    other[3] = 99;
    expect(decoding(other)).toEqual(damaged);
    expect(decoding(Uint8Array.from([...encoded, 0]))).toEqual(damaged);
  });

  it('gives a sound index or an error for any damage', () => {
    const encoded = encodeLayerIndex(rich);
    for (let at = 36; at < encoded.length; at++) {
      for (const bit of [1, 0x10, 0x80]) {
        const bytes = encoded.slice();
        bytes[at] = (bytes[at] ?? 0) ^ bit;
        const result = decoding(bytes);
        if (result instanceof Error) {
          expect(result).toEqual(damaged);
          continue;
        }
        const { inodes } = result as LayerIndex;
        for (const { children } of inodes) {
          for (const child of children?.values() ?? []) expect(inodes[child]).toBeDefined();
        }
      }
    }
  });

  it('refuses a directory in two places', () => {
    const index = indexEntries([dir('a/'), dir('a/b/')]);
    const inodes = index.inodes.map((inode, number) =>
      number === 2 ? { ...inode, children: new Map([['loop', 1]]) } : inode,
    );
    expect(decoding(encodeLayerIndex({ ...index, inodes }))).toEqual(damaged);
  });
});
