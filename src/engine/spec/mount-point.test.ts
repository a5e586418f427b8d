import { describe, expect, test } from 'vitest';
import { cleanPath, parseBind, parseMount } from './mount-point.ts';
import { parseMountOptions } from './mount-options.ts';

describe('parseBind()', () => {
  test.each([
    ['/src:/dst', { type: 'bind', source: '/src', destination: '/dst', readWrite: true, mode: '' }],
    ['/src/:/dst/../d:ro', { type: 'bind', source: '/src', destination: '/d', readWrite: false }],
    ['vol:/dst', { type: 'volume', name: 'vol', destination: '/dst', copy: true, mode: 'z' }],
    ['vol:/dst:nocopy,ro', { type: 'volume', name: 'vol', copy: false, readWrite: false }],
    ['/dst', { type: 'volume', name: '', destination: '/dst' }],
    ['/src:/dst:rslave', { propagation: 'rslave' }],
  ])('%s', (text, expected) => {
    expect(parseBind(text)).toMatchObject(expected);
  });

  test.each([
    [':/x', "invalid volume specification: ':/x'"],
    ['/a:/b:rw:x', "invalid volume specification: '/a:/b:rw:x'"],
    ['/a:/b:nosuch', 'invalid mode: nosuch'],
    ['/a:/', "invalid specification: destination can't be '/'"],
    ['v/w:/b', 'create v/w: "v/w" includes invalid characters for a local volume name'],
  ])('rejects %s', (text, message) => {
    expect(() => parseBind(text)).toThrow(message);
  });
});

describe('parseMount()', () => {
  test('takes binds, volumes and tmpfs', () => {
    expect(parseMount({ Type: 'bind', Source: '/a', Target: '/b', ReadOnly: true })).toMatchObject({
      type: 'bind',
      readWrite: false,
      createSource: false,
    });
    expect(parseMount({ Type: 'volume', Target: '/b' })).toMatchObject({
      type: 'volume',
      name: '',
    });
    const TmpfsOptions = { SizeBytes: 1024, Mode: 0o700 };
    expect(parseMount({ Type: 'tmpfs', Target: '/b', TmpfsOptions }).options).toBe(
      'mode=700,size=1024',
    );
  });

  test.each([
    [{ Type: 'bind', Target: '/b' }, 'field Source must not be empty'],
    [{ Type: 'bind', Source: 'a', Target: '/b' }, "'a' mount path must be absolute"],
    [{ Type: 'tmpfs', Source: 'a', Target: '/b' }, 'field Source must not be specified'],
    [{ Type: 'volume', Source: 'v' }, 'field Target must not be empty'],
    [
      { Type: 'volume', Target: '/b', VolumeOptions: { Subpath: 'a' } },
      'must not set Subpath when using anonymous volumes',
    ],
    [
      { Type: 'volume', Source: 'vv', Target: '/b', VolumeOptions: { Subpath: 'a/../../b' } },
      'subpath must be a relative path within the volume',
    ],
    [
      { Type: 'volume', Source: 'vv', Target: '/b', VolumeOptions: { Subpath: '/a' } },
      'subpath must be a relative path within the volume',
    ],
    [{ Type: 'npipe', Source: 'v', Target: '/b' }, 'mount type unknown'],
  ] as const)('rejects %j', (mount, message) => {
    expect(() => parseMount(mount)).toThrow(`invalid mount config for type "${mount.Type}": `);
    expect(() => parseMount(mount)).toThrow(message);
  });
});

test('cleanPath() never leaves the root', () => {
  expect(cleanPath('/a/../../b/./c//')).toBe('/b/c');
  expect(cleanPath('/..')).toBe('/');
});

test('parseMountOptions() sets and clears flags in order and keeps the rest as data', () => {
  expect(parseMountOptions(['noexec', 'exec', 'ro', 'rslave', 'size=1m', '', 'mode=755'])).toEqual({
    flags: ['ro'],
    propagation: ['slave', 'rec'],
    readonlyTree: false,
    data: 'size=1m,mode=755',
  });
});
