import { describe, expect, it } from 'vitest';
import { encodeByteString } from '../lib/byte-string.ts';
import { type TarEntry, TarReader } from './tar-reader.ts';
import { type TarWriterEntry, tarArchive, tarEnd, tarHeader } from './tar-writer.ts';

interface ReadEntry extends TarEntry {
  readonly data: string;
}

function readTar(tar: Uint8Array, chunkSize = 65_536): ReadEntry[] {
  const entries: { entry: TarEntry; data: Uint8Array[] }[] = [];
  const reader = new TarReader({
    entry: (entry) => entries.push({ entry, data: [] }),
    data: (bytes) => entries.at(-1)?.data.push(bytes.slice()),
  });
  for (let at = 0; at < tar.length; at += chunkSize) reader.write(tar.subarray(at, at + chunkSize));
  reader.finish();
  return entries.map(({ entry, data }) => ({ ...entry, data: Buffer.concat(data).toString() }));
}

function reading(tar: Uint8Array): unknown {
  try {
    return readTar(tar);
  } catch (error) {
    return error;
  }
}

const invalid = expect.objectContaining({
  kind: 'invalidParameter',
  message: 'archive/tar: invalid tar header',
});
const cutShort = expect.objectContaining({ kind: 'invalidParameter', message: 'unexpected EOF' });

const join = (...parts: (Uint8Array | string)[]) =>
  new Uint8Array(
    Buffer.concat(parts.map((part) => (typeof part === 'string' ? encodeByteString(part) : part))),
  );

const padded = (data: Uint8Array | string) => {
  const bytes = join(data);
  return join(bytes, new Uint8Array((512 - (bytes.length % 512)) % 512));
};

/** A header block with some bytes changed and the checksum made right again. */
function header(
  entry: TarWriterEntry,
  changes: Readonly<Record<number, string | Uint8Array>> = {},
): Uint8Array {
  const block = tarHeader(entry).slice(-512);
  for (const [at, bytes] of Object.entries(changes)) block.set(join(bytes), Number(at));
  block.set(join('        '), 148);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.set(join(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
  return block;
}

const plain = (name = 'f', sizeBytes = 0) => header({ name, type: 'file', sizeBytes });
const special = (typeflag: string, data: string | Uint8Array) =>
  join(
    header({ name: 'x', type: 'file', sizeBytes: join(data).length }, { 156: typeflag }),
    padded(data),
  );
const record = (key: string, value: string) => {
  const rest = ` ${key}=${value}\n`;
  const length = encodeByteString(rest).length;
  const digits = String(length + String(length + 2).length).length;
  return `${length + digits}${rest}`;
};
const octal = (value: number) => `${value.toString(8).padStart(11, '0')}\0`;

describe('TarReader', () => {
  it('reads what tarArchive() writes, in chunks of any size', () => {
    const entries: (TarWriterEntry & { data?: Uint8Array })[] = [
      { name: 'dir/', type: 'dir', mode: 0o1777, uid: 3_000_000, gid: 4_000_000_000 },
      {
        name: `dir/${'n'.repeat(300)}`,
        type: 'file',
        data: join('hello'),
        mtimeSeconds: 1,
        mtimeNanoseconds: 5,
      },
      { name: `${'p'.repeat(120)}/${'q'.repeat(90)}`, type: 'file', data: join('x'.repeat(512)) },
      { name: 'ünïcode', type: 'symlink', linkName: 't'.repeat(200) },
      { name: 'hard', type: 'link', linkName: 'dir' },
      { name: 'c', type: 'char', deviceMajor: 4095, deviceMinor: 1_048_575 },
      { name: 'b', type: 'block', deviceMajor: 8, deviceMinor: 1 },
      { name: 'p', type: 'fifo', mtimeSeconds: -1, mtimeNanoseconds: 250_000_000 },
      {
        name: 'x',
        type: 'file',
        xattrs: { 'user.b': Uint8Array.of(0, 0x0a, 0xff), 'user.a': join('=') },
      },
    ];
    const tar = tarArchive(entries);
    for (const chunkSize of [1, 100, 512, 1000, tar.length]) {
      const read = readTar(tar, chunkSize);
      expect(read).toHaveLength(entries.length);
      for (const [at, { data, ...entry }] of entries.entries()) {
        expect(read[at]).toMatchObject({ ...entry, sizeBytes: data?.length ?? 0 });
        expect(read[at]?.data).toBe(Buffer.from(data ?? []).toString());
      }
    }
  });

  it('tells where the data lies', () => {
    const tar = tarArchive([
      { name: 'a', type: 'file', data: join('abc') },
      { name: 'n'.repeat(300), type: 'file', data: join('defg') },
      { name: 'empty', type: 'file' },
    ]);
    const [a, b, empty] = readTar(tar);
    expect(a?.extents).toEqual([{ fileOffset: 0, tarOffset: 512, length: 3 }]);
    const offset = b?.extents[0]?.tarOffset ?? 0;
    expect(Buffer.from(tar.subarray(offset, offset + 4)).toString()).toBe('defg');
    expect(empty?.extents).toEqual([]);
  });

  it('reads GNU long names, V7 headers, base-256 numbers and signed checksums', () => {
    const long = 'l'.repeat(400);
    const sizeInBinary = join(Uint8Array.of(0x80, 0, 0, 0, 0, 0, 0, 2, 0x54, 0x0b, 0xe4, 0));
    const gnu = { 257: 'ustar  \0' };
    const old = header({ name: 'old', type: 'file' }, { 156: '\0', 257: new Uint8Array(255) });
    const oldDirectory = header(
      { name: 'dir/', type: 'file' },
      { 156: '\0', 257: new Uint8Array(255) },
    );
    const negative = header(
      { name: 'negative', type: 'file' },
      { ...gnu, 136: new Uint8Array(12).fill(0xff) },
    );
    const signed = header({ name: 'ÿ', type: 'file' });
    let sum = 256;
    for (const [at, byte] of signed.entries()) {
      if (at < 148 || at >= 156) sum += byte < 128 ? byte : byte - 256;
    }
    signed.set(join(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
    const read = readTar(
      join(
        special('L', `${long}\0`),
        special('K', `${long}target\0`),
        header({ name: 'short', type: 'symlink', linkName: 'x' }, gnu),
        old,
        oldDirectory,
        negative,
        signed,
        tarEnd,
      ),
    );
    expect(read[0]).toMatchObject({ name: long, linkName: `${long}target`, type: 'symlink' });
    expect(read.slice(1).map(({ name, type }) => [name, type])).toEqual([
      ['old', 'file'],
      ['dir/', 'dir'],
      ['negative', 'file'],
      ['ÿ', 'file'],
    ]);
    expect(read[3]?.mtimeSeconds).toBe(-1);
    const reader = new TarReader({
      entry: ({ sizeBytes }) => expect(sizeBytes).toBe(10_000_000_000),
    });
    reader.write(header({ name: 'large', type: 'file' }, { ...gnu, 124: sizeInBinary }));
    expect(() => reader.finish()).toThrow('unexpected EOF');
  });

  it('lets PAX records override the header, and ignores global ones as Docker does', () => {
    const pax = [
      record('path', 'páth'),
      record('linkpath', ''),
      record('size', '3'),
      record('uid', '5000000000'),
      record('mtime', '1700000000.5'),
      record('SCHILY.xattr.user.x', 'a=b\n\0'),
      record('comment', 'anything'),
    ].join('');
    const [first, second] = readTar(
      join(
        special('g', record('path', 'global')),
        special('x', pax),
        plain('f', 9),
        padded('abc'),
        plain('g'),
        tarEnd,
      ),
    );
    expect(first).toMatchObject({
      name: 'páth',
      sizeBytes: 3,
      data: 'abc',
      uid: 5_000_000_000,
      mtimeSeconds: 1_700_000_000,
      mtimeNanoseconds: 500_000_000,
      xattrs: { 'user.x': join('a=b\n\0') },
    });
    expect(second).toMatchObject({ name: 'g', xattrs: {} });
  });

  it('reads sparse files of GNU tar in all four formats', () => {
    const far = 5 * 2 ** 32;
    const stored = padded('headTAIL');
    const size = String(far + 4);
    const expected = { name: 'sparse', type: 'file', sizeBytes: far + 4, data: 'headTAIL' };
    const runs = [
      [0, 4],
      [far, 4],
    ] as const;
    const pairs = runs.map(
      ([offset, length]) =>
        record('GNU.sparse.offset', String(offset)) + record('GNU.sparse.numbytes', String(length)),
    );
    const binary = (value: number) => {
      const bytes = new Uint8Array(12);
      new DataView(bytes.buffer).setBigUint64(4, BigInt(value));
      bytes[0] = 0x80;
      return bytes;
    };
    const oldHeader = header(
      { name: 'sparse', type: 'file', sizeBytes: 8 },
      {
        156: 'S',
        257: 'ustar  \0',
        386: octal(0),
        398: octal(4),
        482: '\u0001',
        483: binary(far + 4),
      },
    );
    const extension = new Uint8Array(512);
    extension.set(binary(far), 0);
    extension.set(join(octal(4)), 12);
    const version1 = [
      record('GNU.sparse.major', '1'),
      record('GNU.sparse.minor', '0'),
      record('GNU.sparse.name', 'sparse'),
      record('GNU.sparse.realsize', size),
    ].join('');
    const map = padded(`2\n0\n4\n${far}\n4\n`);
    const tars = [
      join(oldHeader, extension, stored),
      join(
        special(
          'x',
          [record('GNU.sparse.size', size), record('GNU.sparse.numblocks', '2'), ...pairs].join(''),
        ),
        plain('sparse', 8),
        stored,
      ),
      join(
        special('x', record('GNU.sparse.size', size) + record('GNU.sparse.map', `0,4,${far},4`)),
        plain('sparse', 8),
        stored,
      ),
      join(special('x', version1), plain('GNUSparseFile.1/sparse', map.length + 8), map, stored),
    ];
    for (const tar of tars) {
      const whole = join(tar, plain('next'), tarEnd);
      const [sparse, next] = readTar(whole, 300);
      expect(sparse).toMatchObject(expected);
      const dataAt = tar.length - 512;
      expect(sparse?.extents).toEqual([
        { fileOffset: 0, tarOffset: dataAt, length: 4 },
        { fileOffset: far, tarOffset: dataAt + 4, length: 4 },
      ]);
      expect(next?.name).toBe('next');
    }
  });

  it('refuses sparse maps that lie', () => {
    const map = (text: string, size = '100') =>
      join(
        special('x', record('GNU.sparse.size', size) + record('GNU.sparse.map', text)),
        plain('f', 8),
        padded('12345678'),
      );
    for (const tar of [
      map('0,4'),
      map('0,4,2,4'),
      map('0,4,97,4'),
      map('10,4,0,4'),
      map('0,8,x,0'),
      map('0,8,9'),
      map('-1,8'),
      map('0,8', '99999999999999999999'),
    ]) {
      expect(reading(tar)).toEqual(invalid);
    }
    const version1 = record('GNU.sparse.major', '1') + record('GNU.sparse.minor', '0');
    for (const text of ['', 'x\n', '99999999\n', '1\n0\n']) {
      expect(
        reading(join(special('x', version1), plain('f', 512), padded(text), tarEnd)),
      ).not.toBeInstanceOf(Array);
    }
    expect(reading(map('0,8'))).toBeInstanceOf(Array);
  });

  it('refuses damaged headers', () => {
    const flipped = plain().slice();
    flipped[0] = 0x67;
    for (const tar of [
      flipped,
      join(new Uint8Array(512), plain(), tarEnd),
      header({ name: 'f', type: 'file' }, { 124: '0000000008\0' }),
      header({ name: 'f', type: 'file' }, { 124: new Uint8Array(12).fill(0xff) }),
      header({ name: 'f', type: 'file' }, { 124: new Uint8Array(12).fill(0x7f).fill(0x80, 0, 1) }),
      header({ name: 'f', type: 'file' }, { 100: 'abcdefg\0' }),
      special('x', '99 a=b\n'),
      special('x', '6 a=bc'),
      special('x', 'a=b\n'),
      special('x', record('=', 'x')),
      special('x', record('path', 'a\0b')),
      join(special('x', record('size', '-1')), plain()),
      join(special('x', record('size', '1e3')), plain()),
      join(special('x', record('mtime', 'now')), plain()),
      header({ name: 'x', type: 'file', sizeBytes: 2 ** 20 + 1 }, { 156: 'L' }),
    ]) {
      expect(reading(tar)).toEqual(invalid);
    }
  });

  it('refuses an archive that is cut short, and takes one without end marker', () => {
    const tar = tarArchive([{ name: 'n'.repeat(300), type: 'file', data: join('x'.repeat(700)) }]);
    const end = tar.length - 1024;
    const dataEnd = end - 324;
    // The last file's padding may be missing, too: umoci leaves it out.
    for (const length of [dataEnd, dataEnd + 1, end, end + 512]) {
      expect(reading(tar.subarray(0, length))).toBeInstanceOf(Array);
    }
    for (let length = 1; length < dataEnd; length += 100) {
      expect(reading(tar.subarray(0, length))).toEqual(cutShort);
    }
    // Between the PAX header and what it is for.
    expect(reading(tar.subarray(0, 1024))).toEqual(cutShort);
  });

  it('ignores what follows the end marker', () => {
    expect(reading(join(plain(), tarEnd, 'garbage'.repeat(100)))).toHaveLength(1);
  });

  it('passes on entries it knows nothing of, with their data', () => {
    const [volume] = readTar(join(special('V', 'label'), tarEnd));
    expect(volume).toMatchObject({ type: 'other', typeflag: 'V', data: 'label' });
  });
});
