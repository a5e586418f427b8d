import { describe, expect, test } from 'vitest';
import { IgnorePatterns, parseIgnoreFile } from './ignore-patterns.ts';

const cases: [patterns: string, path: string, result: boolean][] = [
  ['a', 'a', true],
  ['a', 'b', false],
  ['a', 'a/b/c', true],
  ['a', 'b/a', false],
  ['a/b', 'a/b', true],
  ['./a/../b/', 'b', true],
  ['*', 'a', true],
  ['*', 'a/b', true],
  ['*/b', 'a/b', true],
  ['*/b', 'a/c/b', false],
  ['*.md', 'x.md', true],
  ['*.md', 'a/x.md', false],
  ['?', 'a', true],
  ['?', 'ab', false],
  ['[a-c]x', 'bx', true],
  ['[^a-c]x', 'bx', false],
  ['a\\*', 'a*', true],
  ['a\\*', 'ab', false],
  ['a.b', 'axb', false],
  ['**', 'a/b', true],
  ['**/', 'a', true],
  ['**/b', 'b', true],
  ['**/b', 'a/c/b', true],
  ['**/b', 'ab', false],
  ['**b', 'a/xb', true],
  ['**/*.go', 'a/b.go', true],
  ['**/*.go', 'b.go', true],
  ['a/**', 'a/b/c', true],
  ['a/**', 'a', false],
  ['a/**/b', 'a/b', true],
  ['a/**/b', 'a/x/y/b', true],
  ['a/**/b', 'a/xb', false],
  ['a/**/b/**', 'a/x/b/y', true],
  ['**/a/**/b', 'x/a/y/b', true],
  ['* !b', 'a', true],
  ['* !b', 'b', false],
  ['* !b', 'b/c', false],
  ['a !a/b', 'a/b', false],
  ['a !a/b', 'a/c', true],
  ['a !a/b a/b/c', 'a/b/c', true],
  ['!a', 'a', false],
  ['*.md !README* README-secret.md', 'README-secret.md', true],
]; // prettier-ignore

describe('IgnorePatterns', () => {
  test.each(cases)('%s of %s', (patterns, path, result) => {
    expect(new IgnorePatterns(patterns.split(' ')).matches(path)).toBe(result);
  });

  test.each([['!', 'illegal exclusion pattern: "!"'], ['[a', 'syntax error in pattern'], ['a[b-', 'syntax error in pattern']])(
    'refuses %s', (pattern, message) => {
      expect(() => new IgnorePatterns([pattern])).toThrow(message);
    },
  ); // prettier-ignore

  test('looks into directories that are left out as the classic builder does', () => {
    const patterns = new IgnorePatterns(['a', 'b', '!a/x', '!**/y']);
    expect(['a/x', 'a/y', 'b/y', 'a/z'].map((path) => patterns.matches(path))).toEqual([
      false,
      false,
      false,
      true,
    ]);
    expect(['a/x', 'a/y', 'b/y', 'a/z'].map((path) => patterns.matchesSkipping(path))).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  test('takes no time for a hostile pattern', () => {
    const patterns = new IgnorePatterns([`${'**/a'.repeat(40)}/b`, `${'*a'.repeat(40)}b`]);
    expect(patterns.matches('a/'.repeat(200) + 'c')).toBe(false);
  });
});

describe('parseIgnoreFile()', () => {
  test('reads lines', () => {
    expect(parseIgnoreFile('\uFEFF# no\n\n /a/b/ \r\n! /c\n!\n#x\n ./d\n/')).toEqual([
      'a/b',
      '!c',
      '!',
      'd',
      '/',
    ]);
  });
});
