import { describe, expect, test } from 'vitest';
import { upperChanges, type ComparedFile, type UpperEntry } from './upper-changes.ts';

const file = { isDirectory: false, mode: 0o644, mtimeSeconds: 1, mtimeNanoseconds: 0 };
const directory = { ...file, isDirectory: true, mode: 0o755 };

function entry(path: string, of: ComparedFile, isDeleted = false): UpperEntry {
  return { ...of, path, isDeleted };
}

function layer(files: Record<string, ComparedFile>) {
  return (path: string) => files[path];
}

describe('upperChanges()', () => {
  test('tells what was added, modified and deleted, and the directories that changed with it', () => {
    const changes = upperChanges(
      [
        entry('/etc', { ...directory, mtimeSeconds: 9 }),
        entry('/etc/passwd', file),
        entry('/etc/gone', { ...file, mode: 0 }, true),
        entry('/new', directory),
        entry('/new/b', file),
        entry('/new/a', file),
        entry('/root', directory),
        entry('/root/.x', file),
      ],
      [layer({}), layer({ '/etc': directory, '/etc/passwd': file, '/root': directory })],
    );
    expect(changes.map(({ Kind, Path }) => `${'CAD'[Kind]} ${Path}`)).toEqual([
      'C /etc',
      'D /etc/gone',
      'C /etc/passwd',
      'A /new',
      'A /new/a',
      'A /new/b',
      'C /root',
      'A /root/.x',
    ]);
  });

  test('leaves out a directory that is only there for a file modified in it', () => {
    const lower = layer({ '/a': directory, '/a/f': file });
    expect(upperChanges([entry('/a', directory), entry('/a/f', file)], [lower])).toEqual([
      { Path: '/a/f', Kind: 0 },
    ]);
  });

  test('calls an opaque directory deleted, and what is in it by what is below', () => {
    const lower = layer({ '/a': directory, '/a/f': file });
    const upper = [entry('/a', directory, true), entry('/a/f', file), entry('/a/g', file)];
    expect(upperChanges(upper, [lower]).map(({ Kind }) => Kind)).toEqual([2, 0, 1]);
  });
});
