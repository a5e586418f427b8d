import { describe, expect, it } from 'vitest';
import { decodeByteString } from '../lib/byte-string.ts';
import { type TarWriterEntry, tarArchive, tarHeader, tarPadding } from './tar-writer.ts';

const ascii = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

describe('tarHeader()', () => {
  it('writes plain ustar where everything fits', () => {
    const block = tarHeader({ name: 'a/b', type: 'file', sizeBytes: 10, mtimeSeconds: 8, uid: 1 });
    expect(block).toHaveLength(512);
    expect(ascii(block.subarray(0, 4))).toBe('a/b\0');
    const numbers = ['0000644', '0000001', '0000000', '00000000012', '00000000010', ''];
    expect(ascii(block.subarray(100, 148)).split('\0')).toEqual(numbers);
    expect(ascii(block.subarray(148, 156))).toMatch(/^[0-7]{6}\0 $/);
    expect(ascii(block.subarray(156, 157))).toBe('0');
    expect(ascii(block.subarray(257, 265))).toBe('ustar\u000000');
  });

  it('divides a long name at a slash before it resorts to a PAX record', () => {
    const prefix = 'p'.repeat(150);
    const divided = tarHeader({ name: `${prefix}/${'n'.repeat(100)}`, type: 'file' });
    expect(divided).toHaveLength(512);
    expect(ascii(divided.subarray(345, 500)).replaceAll('\0', '')).toBe(prefix);
    const long = tarHeader({ name: `${prefix}/${'n'.repeat(101)}`, type: 'file' });
    expect(long).toHaveLength(3 * 512);
    expect(ascii(long.subarray(512, 520))).toBe('262 path');
  });

  it('writes the records in one order and counts their lengths with their own digits', () => {
    const xattrs = { 'user.z': Uint8Array.of(0x31), 'user.a': Uint8Array.of(0x32) };
    const entry: TarWriterEntry = {
      name: 'ü',
      type: 'file',
      mtimeSeconds: -2,
      mtimeNanoseconds: 5e8,
      xattrs,
    };
    const header = tarHeader(entry);
    const text = Buffer.from(header.subarray(512, 1024)).toString().replaceAll('\0', '');
    expect(text).toBe(
      '25 SCHILY.xattr.user.a=2\n25 SCHILY.xattr.user.z=1\n14 mtime=-1.5\n11 path=ü\n',
    );
    const reversed = { 'user.a': Uint8Array.of(0x32), 'user.z': Uint8Array.of(0x31) };
    expect(tarHeader({ ...entry, xattrs: reversed })).toEqual(header);
    // 99 bytes without the third digit that the length itself then needs.
    const edge = tarHeader({ name: 'f', type: 'file', pax: { k: 'v'.repeat(93) } });
    expect(ascii(edge.subarray(512, 516))).toBe('99 k');
    const beyond = tarHeader({ name: 'f', type: 'file', pax: { k: 'v'.repeat(94) } });
    expect(ascii(beyond.subarray(512, 517))).toBe('101 k');
  });

  it('leaves bytes that are not UTF-8 in the header, as old readers expect', () => {
    const name = decodeByteString(Uint8Array.of(0x61, 0xff));
    const block = tarHeader({ name, type: 'file' });
    expect(block).toHaveLength(512);
    expect([...block.subarray(0, 3)]).toEqual([0x61, 0xff, 0]);
  });

  it('refuses a device number that does not fit', () => {
    expect(() => tarHeader({ name: 'd', type: 'char', deviceMajor: 2 ** 30 })).toThrow(
      'does not fit',
    );
  });
});

describe('tarArchive()', () => {
  it('gives the same bytes for the same entries, padded and ended', () => {
    const entries = [{ name: 'f', type: 'file', data: new Uint8Array(513) }] as const;
    const archive = tarArchive(entries);
    expect(archive).toHaveLength(512 + 1024 + 1024);
    expect(tarArchive(entries)).toEqual(archive);
    expect([tarPadding(0).length, tarPadding(1).length, tarPadding(512).length]).toEqual([
      0, 511, 0,
    ]);
  });
});
