import { describe, expect, test } from 'vitest';
import { fakeHandler, runFake, streamResponse } from '../../testing/fake-invocation.ts';
import { planCopy, splitCopyArgument } from './copy-paths.ts';

const directory = 2_147_483_648;

/** The header that describes a path. */
function pathStat(mode: number, linkTarget = '') {
  const stat = JSON.stringify({ name: 'x', size: 0, mode, mtime: '', linkTarget });
  return { status: 200, headers: { 'x-docker-container-path-stat': btoa(stat) } };
}

describe('planCopy()', () => {
  test.each([
    [{ path: '/a/b', isDirectory: false }, { path: '/d', kind: 'directory' as const }, '/d', 'b'],
    [{ path: '/a/b', isDirectory: false }, { path: '/d/c', kind: 'other' as const }, '/d', 'c'],
    [{ path: '/a/b', isDirectory: false }, { path: '/d/c', kind: undefined }, '/d', 'c'],
    [{ path: '/a/b', isDirectory: true }, { path: '/d/c', kind: undefined }, '/d', 'c'],
    [{ path: '/a/b/.', isDirectory: true }, { path: '/d', kind: 'directory' as const }, '/d', '.'],
  ])('%o to %o', (source, target, folder, to) => {
    const plan = planCopy(source, target);
    expect([plan.directory, plan.rebase.to]).toEqual([folder, to]);
  });

  test('refuses a directory over a file, and a file for a directory that is not there', () => {
    const dir = { path: '/a', isDirectory: true };
    expect(() => planCopy(dir, { path: '/f', kind: 'other' })).toThrow('cannot copy directory');
    const file = { path: '/a', isDirectory: false };
    expect(() => planCopy(file, { path: '/d/', kind: undefined })).toThrow('no such directory');
  });
});

test.each([
  ['c:/x', 'c', '/x'],
  ['./c:x', '', './c:x'],
  ['/c:x', '', '/c:x'],
  ['x', '', 'x'],
])('splitCopyArgument() reads %s', (text, container, path) => {
  expect(splitCopyArgument(text)).toEqual({ container, path });
});

describe('docker cp', () => {
  test('streams an archive to standard output', async () => {
    const handler = fakeHandler({
      'GET /containers/c/archive': () => ({ ...streamResponse(['tar']), ...pathStat(0o644) }),
    });
    const result = await runFake({ argv: ['cp', 'c:/x', '-'], handler });
    expect(result).toMatchObject({ stdout: 'tar', stderr: '', exitCode: 0 });
  });

  test('unpacks standard input only into a directory', async () => {
    const handler = fakeHandler({ 'HEAD /containers/c/archive': () => pathStat(0o644) });
    const result = await runFake({ argv: ['cp', '-', 'c:/x'], handler, stdin: 'tar' });
    expect(result.stderr).toBe('destination "c:/x" must be a directory\n');
  });

  test('hands standard input on with what the flags say', async () => {
    const handler = fakeHandler({
      'HEAD /containers/c/archive': () => pathStat(directory),
      'PUT /containers/c/archive': () => ({ status: 200, headers: {} }),
    });
    const result = await runFake({ argv: ['cp', '-a', '-', 'c:/x'], handler, stdin: 'tar' });
    expect(result.exitCode).toBe(0);
    expect(handler.requests[1]?.path).toContain('noOverwriteDirNonDir=true&copyUIDGID=true');
  });

  test('needs a folder for what it copies out', async () => {
    const result = await runFake({ argv: ['cp', 'c:/x', '/nosuch/x'], files: {} });
    expect(result.stderr).toBe('invalid output path: directory "/nosuch" does not exist\n');
  });
});
