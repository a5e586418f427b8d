import { describe, expect, it } from 'vitest';
import { decodeByteString } from '../lib/byte-string.ts';
import {
  type FixtureEntry,
  describeLayer,
  dir,
  file,
  indexEntries,
  indexTar,
  inodeAt,
  link,
  symlink,
} from './layer.fixture.ts';
import { tarArchive } from './tar-writer.ts';

const describeEntries = (entries: readonly FixtureEntry[]) => {
  const tar = tarArchive(entries);
  return describeLayer(indexTar(tar), tar);
};
const refused = (message: string) =>
  expect.objectContaining({ kind: 'invalidParameter', message: expect.stringContaining(message) });
const indexing = (...entries: FixtureEntry[]) => {
  try {
    return indexEntries(entries);
  } catch (error) {
    return error;
  }
};

describe('LayerIndexer', () => {
  it('indexes every kind of entry', () => {
    const capability = new Uint8Array([1, 0, 0, 2]);
    const index = indexEntries([
      dir('bin/', { mode: 0o750, uid: 1, gid: 2 }),
      file('bin/su', 'elf', { mode: 0o4755, xattrs: { 'security.capability': capability } }),
      symlink('sbin', 'bin'),
      { name: 'null', type: 'char', mode: 0o666, deviceMajor: 1, deviceMinor: 3 },
      { name: 'sda', type: 'block', deviceMajor: 8, deviceMinor: 0 },
      { name: 'pipe', type: 'fifo' },
    ]);
    expect(describeLayer(index)).toEqual({
      '/': 'dir 755 0:0 links=3',
      '/bin': 'dir 750 1:2 links=2',
      '/bin/su': 'file 4755 0:0 links=1 security.capability=\u0001\0\0\u0002',
      '/sbin': 'symlink 777 0:0 links=1 -> bin',
      '/null': 'char 666 0:0 links=1 1,3',
      '/sda': 'block 644 0:0 links=1 8,0',
      '/pipe': 'fifo 644 0:0 links=1',
    });
  });

  it('gives the same index whatever the chunks', () => {
    const tar = tarArchive([
      dir('d/'),
      file(`d/${'n'.repeat(200)}`, 'x'.repeat(1000), { mtimeNanoseconds: 5 }),
      file('d/e', 'y'.repeat(512)),
      link('f', 'd/e'),
    ]);
    const whole = indexTar(tar, { chunkSize: tar.length });
    for (const chunkSize of [1, 7, 511, 512, 513, 1024]) {
      expect(indexTar(tar, { chunkSize })).toEqual(whole);
    }
    expect(describeLayer(whole, tar)['/f']).toBe(`file 644 0:0 links=2 "${'y'.repeat(512)}"`);
  });

  it('makes missing parents as root with mode 0755, and lets a later entry describe them', () => {
    expect(describeEntries([file('a/b/c'), dir('a/', { mode: 0o700, uid: 5 })])).toEqual({
      '/': 'dir 755 0:0 links=3',
      '/a': 'dir 700 5:0 links=3',
      '/a/b': 'dir 755 0:0 links=2',
      '/a/b/c': 'file 644 0:0 links=1 ""',
    });
  });

  it('lets the last entry of a name win and merges directories', () => {
    expect(
      describeEntries([
        file('a', 'old'),
        file('a', 'new'),
        dir('d/', { xattrs: { 'user.x': Uint8Array.of(0x79) } }),
        file('d/kept'),
        dir('d/', { mode: 0o700 }),
        dir('gone/'),
        file('gone/x'),
        file('gone', 'a file now'),
        file('becomes'),
        dir('becomes/'),
      ]),
    ).toEqual({
      '/': 'dir 755 0:0 links=4',
      '/a': 'file 644 0:0 links=1 "new"',
      '/d': 'dir 700 0:0 links=2 user.x=y',
      '/d/kept': 'file 644 0:0 links=1 ""',
      '/gone': 'file 644 0:0 links=1 "a file now"',
      '/becomes': 'dir 755 0:0 links=2',
    });
  });

  it('keeps what a hard link points to when its first name is overwritten', () => {
    const index = indexEntries([
      file('a', 'one'),
      link('b', 'a'),
      link('c', '/./b'),
      file('a', 'two'),
      symlink('s', 'b'),
      link('t', 's'),
    ]);
    expect(inodeAt(index, 'b')).toBe(inodeAt(index, 'c'));
    expect(inodeAt(index, 'a')).not.toBe(inodeAt(index, 'b'));
    expect(inodeAt(index, 't')).toBe(inodeAt(index, 's'));
    expect(describeLayer(index)).toMatchObject({
      '/a': 'file 644 0:0 links=1',
      '/b': 'file 644 0:0 links=2',
      '/t': 'symlink 777 0:0 links=2 -> b',
    });
  });

  it('gives an inode the metadata of the last link to it', () => {
    const entries = [file('a', 'x', { mode: 0o600 }), { ...link('b', 'a'), mode: 0o640, uid: 7 }];
    expect(describeEntries(entries)['/a']).toBe('file 640 7:0 links=2 "x"');
  });

  it('notes links to what this layer does not hold', () => {
    const index = indexEntries([link('d/b', '../usr/bin/a'), link('c', 'd/b'), file('e')]);
    expect(index.unresolvedLinks).toEqual([
      { directory: 0, name: 'c', target: 'usr/bin/a' },
      { directory: inodeAt(index, 'd'), name: 'b', target: 'usr/bin/a' },
    ]);
    expect(Object.keys(describeLayer(index))).toEqual(['/', '/d', '/e']);
    expect(indexEntries([link('b', 'a'), file('b')]).unresolvedLinks).toBeUndefined();
  });

  it('translates whiteouts to overlayfs', () => {
    expect(
      describeEntries([
        file('d/.wh.gone', '', { uid: 3, gid: 4 }),
        file('o/.wh..wh..opq'),
        file('o/new'),
        file('.wh..wh.plnk'),
        file('.whale'),
      ]),
    ).toEqual({
      '/': 'dir 755 0:0 links=4',
      '/d': 'dir 755 0:0 links=2',
      '/d/gone': 'char 0 3:4 links=1 0,0',
      '/o': 'dir 755 0:0 links=2 trusted.overlay.opaque=y',
      '/o/new': 'file 644 0:0 links=1 ""',
      '/.whale': 'file 644 0:0 links=1 ""',
    });
  });

  it('keeps a name that the layer both whites out and holds, in whichever order', () => {
    const expected = {
      '/': 'dir 755 0:0 links=4',
      '/d': 'dir 755 0:0 links=2 trusted.overlay.opaque=y',
      '/f': 'file 644 0:0 links=1 ""',
      '/p': 'dir 755 0:0 links=2 trusted.overlay.opaque=y',
      '/p/x': 'file 644 0:0 links=1 ""',
    };
    const whiteouts = [file('.wh.d'), file('.wh.f'), file('.wh.p')];
    const held = [dir('d/'), file('f'), file('p/x')];
    expect(describeEntries([...whiteouts, ...held])).toEqual(expected);
    expect(describeEntries([...held, ...whiteouts])).toEqual(expected);
  });

  it('never leaves the layer: absolute names, dots and symlinks stay inside', () => {
    expect(
      describeEntries([
        file('/abs'),
        file('../../up'),
        file('./a//b/../c/./d'),
        symlink('root', '/'),
        symlink('out', '../../../..'),
        symlink('dir', 'a/c'),
        file('root/in-root'),
        file('out/in-out'),
        file('dir/in-dir'),
        file('out/dir/new/deep'),
        link('dir/hard', 'root/abs'),
      ]),
    ).toEqual({
      '/': 'dir 755 0:0 links=3',
      '/abs': 'file 644 0:0 links=2 ""',
      '/up': 'file 644 0:0 links=1 ""',
      '/a': 'dir 755 0:0 links=3',
      '/a/c': 'dir 755 0:0 links=3',
      '/a/c/d': 'file 644 0:0 links=1 ""',
      '/a/c/in-dir': 'file 644 0:0 links=1 ""',
      '/a/c/new': 'dir 755 0:0 links=2',
      '/a/c/new/deep': 'file 644 0:0 links=1 ""',
      '/a/c/hard': 'file 644 0:0 links=2 ""',
      '/root': 'symlink 777 0:0 links=1 -> /',
      '/out': 'symlink 777 0:0 links=1 -> ../../../..',
      '/dir': 'symlink 777 0:0 links=1 -> a/c',
      '/in-root': 'file 644 0:0 links=1 ""',
      '/in-out': 'file 644 0:0 links=1 ""',
    });
  });

  it('takes names as bytes, up to 255 of them and however deep', () => {
    const bytes = decodeByteString(Uint8Array.of(0x61, 0xff, 0x62));
    const deep = Array.from({ length: 30 }, () => 'd'.repeat(100)).join('/');
    const index = indexEntries([
      file(bytes),
      file('ü'.repeat(127)),
      file(`${deep}/${'n'.repeat(255)}`),
    ]);
    expect(inodeAt(index, bytes)).toBeGreaterThan(0);
    expect(inodeAt(index, 'ü'.repeat(127))).toBeGreaterThan(0);
    expect(inodeAt(index, `${deep}/${'n'.repeat(255)}`)).toBeGreaterThan(0);
  });

  it('keeps nanoseconds, and sets the epoch where Docker does', () => {
    const times = [
      { mtimeSeconds: 1_700_000_000, mtimeNanoseconds: 123_456_789 },
      { mtimeSeconds: -5, mtimeNanoseconds: 0 },
      { mtimeSeconds: 9_999_999_999, mtimeNanoseconds: 0 },
    ];
    const index = indexEntries(times.map((time, at) => file(`f${at}`, '', time)));
    const found = index.inodes
      .slice(1)
      .map((inode) => [inode.mtimeSeconds, inode.mtimeNanoseconds]);
    expect(found).toEqual([
      [1_700_000_000, 123_456_789],
      [0, 0],
      [0, 0],
    ]);
  });

  it('leaves the owner and mode of the root alone, as Docker does', () => {
    const index = indexEntries([dir('./', { mode: 0o700, uid: 9, mtimeSeconds: 77 })]);
    expect(index.inodes[0]).toMatchObject({ mode: 0o755, uid: 0, mtimeSeconds: 77 });
  });

  it('drops extended attributes that would steer overlayfs', () => {
    const xattrs = {
      'trusted.overlay.redirect': Uint8Array.of(0x2f),
      'user.overlay.opaque': Uint8Array.of(0x79),
      'user.plain': Uint8Array.of(0x31),
    };
    expect(describeEntries([dir('d/', { xattrs })])['/d']).toBe('dir 755 0:0 links=2 user.plain=1');
  });

  it('refuses what cannot be unpacked', () => {
    expect(indexing(file('f'), file('f/x'))).toEqual(refused('not a directory'));
    expect(indexing(symlink('s', 'nowhere'), file('s/x'))).toEqual(
      refused('no such file or directory'),
    );
    expect(indexing(symlink('s', 's'), file('s/x'))).toEqual(
      refused('too many levels of symbolic links'),
    );
    expect(indexing(symlink('s', ''))).toEqual(refused('no such file or directory'));
    expect(indexing(symlink('s', 'x'.repeat(4096)))).toEqual(refused('file name too long'));
    expect(indexing(file('n'.repeat(256)))).toEqual(refused('file name too long'));
    expect(indexing(file(Array.from({ length: 2100 }, () => 'd').join('/')))).toEqual(
      refused('file name too long'),
    );
    expect(indexing(dir('d/'), link('l', 'd'))).toEqual(refused('operation not permitted'));
    expect(indexing(link('l', '/'))).toEqual(refused('operation not permitted'));
    expect(indexing(file('.wh.'))).toEqual(refused('invalid whiteout name'));
    expect(indexing(file('d/.wh...'))).toEqual(refused('invalid whiteout name'));
    expect(indexing(file('f', '', { uid: 2 ** 32 }))).toEqual(refused('invalid argument'));
    const large = { 'user.x': new Uint8Array(65_537) };
    expect(indexing(file('f', '', { xattrs: large }))).toEqual(refused('out of range'));
  });

  it('takes an empty tar for an empty layer', () => {
    expect(describeLayer(indexTar(new Uint8Array(0)))).toEqual({ '/': 'dir 755 0:0 links=2' });
    expect(describeLayer(indexEntries([]))).toEqual({ '/': 'dir 755 0:0 links=2' });
  });
});
