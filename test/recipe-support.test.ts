/** The parts that the recipes of `vm-image/` share: archives and trees of files. */
import { describe, expect, test } from 'vitest';
import { FileTree } from '../vm-image/support/file-tree.mjs';
import { type TarEntry, normalizePath, readTar, writeTar } from '../vm-image/support/tar.mjs';

const owner = { mode: 0o644, uid: 0, gid: 0 };
const mtimeSeconds = 1_767_225_600;

function roundTrip(entries: readonly TarEntry[]): TarEntry[] {
  return [...readTar(writeTar(entries, { mtimeSeconds }))];
}

describe('writeTar() and readTar()', () => {
  test.each<TarEntry>([
    { path: 'etc', type: 'dir', mode: 0o1777, uid: 1, gid: 2 },
    { path: 'etc/hosts', type: 'file', ...owner, content: Buffer.from('127.0.0.1\n') },
    { path: 'empty', type: 'file', ...owner, content: Buffer.alloc(0) },
    { path: 'block', type: 'file', ...owner, content: Buffer.alloc(512, 1) },
    { path: 'ping', type: 'file', mode: 0o4755, uid: 65_534, gid: 0, content: Buffer.from('x') },
    { path: 'sh', type: 'symlink', ...owner, target: 'dash' },
    { path: 'twin', type: 'link', ...owner, target: 'etc/hosts' },
    { path: 'null', type: 'char', ...owner, device: [1, 3] },
    { path: `${'long/'.repeat(60)}name`, type: 'file', ...owner, content: Buffer.from('y') },
    { path: 'far', type: 'symlink', ...owner, target: `/${'t'.repeat(300)}` },
    { path: 'grüße', type: 'file', ...owner, content: Buffer.from('z') },
  ])('keep $type "$path"', (entry) => {
    expect(roundTrip([entry])).toEqual([entry]);
  });

  test('writeTar() gives the same bytes for the same entries', () => {
    const entries: TarEntry[] = [{ path: 'a', type: 'file', ...owner, content: Buffer.from('1') }];
    expect(writeTar(entries, { mtimeSeconds })).toEqual(writeTar(entries, { mtimeSeconds }));
  });

  test('normalizePath() refuses to leave the tree', () => {
    expect(normalizePath('./usr//bin/')).toBe('usr/bin');
    expect(() => normalizePath('../etc')).toThrow('it leaves the tree');
  });
});

describe('FileTree', () => {
  test('FileTree makes parents and lists them before what is in them', () => {
    const tree = new FileTree();
    tree.file('usr/bin/b', 'b');
    tree.file('usr/bin-extra', 'x');
    tree.file('usr/bin/a', 'a');
    expect(tree.entries().map(([path]) => path)).toEqual([
      'usr',
      'usr/bin',
      'usr/bin/a',
      'usr/bin/b',
      'usr/bin-extra',
    ]);
  });

  test('FileTree.resolve() follows links as the kernel does', () => {
    const tree = new FileTree();
    tree.mergeUsr();
    tree.file('usr/bin/dash', 'x');
    tree.symlink('usr/bin/sh', 'dash');
    tree.symlink('usr/bin/loop', 'loop');
    expect(tree.resolve('/bin/sh')?.path).toBe('usr/bin/dash');
    expect(tree.resolve('/bin/nosuch')).toBeUndefined();
    expect(() => tree.resolve('/bin/loop')).toThrow('too many links');
  });

  test('FileTree.addArchive() puts packages of both layouts below /usr', () => {
    const tree = new FileTree();
    tree.mergeUsr();
    tree.addArchive([
      { path: 'bin', type: 'dir', ...owner },
      { path: 'bin/ls', type: 'file', ...owner, content: Buffer.from('x') },
      { path: 'bin/dir', type: 'link', ...owner, target: 'bin/ls' },
    ]);
    expect(tree.get('bin')).toMatchObject({ type: 'symlink', target: 'usr/bin' });
    expect(tree.get('usr/bin/ls')).toBe(tree.get('usr/bin/dir'));
  });

  test('FileTree.archive() writes the second name of a file as a link', () => {
    const tree = new FileTree();
    tree.file('a', 'x');
    tree.link('b', 'a');
    expect([...tree.archive()].map(({ path, type, target }) => [path, type, target])).toEqual([
      ['a', 'file', undefined],
      ['b', 'link', 'a'],
    ]);
  });

  test('FileTree.remove() takes a folder with all that is in it, and nothing beside it', () => {
    const tree = new FileTree();
    tree.file('etc/nginx/a', 'x');
    tree.file('etc/nginx.conf', 'x');
    tree.remove('etc/nginx');
    expect(tree.entries().map(([path]) => path)).toEqual(['etc', 'etc/nginx.conf']);
  });
});
