import { describe, expect, test } from 'vitest';
import { isGitContext, parseGitReference, withoutCredentials } from './git-reference.ts';

describe('parseGitReference()', () => {
  test.each([
    ['https://h/r.git', 'https://h/r.git', '', ''],
    ['https://h/r.git#main', 'https://h/r.git', 'main', ''],
    ['https://h/r.git#:a/b/', 'https://h/r.git', '', 'a/b'],
    ['git://h/r#v1:./sub', 'git://h/r', 'v1', 'sub'],
    ['git@h:u/r.git#refs/pull/1/head', 'git@h:u/r.git', 'refs/pull/1/head', ''],
    ['github.com/u/r#main', 'https://github.com/u/r', 'main', ''],
  ])('%s', (source, remote, ref, directory) => {
    expect(isGitContext(source)).toBe(true);
    expect(parseGitReference(source)).toEqual({ remote, ref, directory });
  });

  test.each(['https://h/r.git#--upload-pack=x', 'https://h/r.git#main:../..'])(
    '%s is refused',
    (source) => {
      expect(() => parseGitReference(source)).toThrow('invalid git');
    },
  );

  test.each(['https://h/r.tar.gz', 'https://h/file', './dir', 'busybox'])(
    '%s is none',
    (source) => {
      expect(isGitContext(source)).toBe(false);
    },
  );
});

test.each([
  ['https://h/r.git', 'https://h/r.git'],
  ['https://me:word@h/r.git', 'https://xxxxx:xxxxx@h/r.git'],
  ['https://token@h/r.git', 'https://xxxxx@h/r.git'],
  ['git@h:u/r.git', 'git@h:u/r.git'],
])('withoutCredentials(%s)', (remote, shown) => {
  expect(withoutCredentials(remote)).toBe(shown);
});
