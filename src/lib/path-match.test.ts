import { describe, expect, test } from 'vitest';
import { matchPath } from './path-match.ts';

const cases: [pattern: string, text: string, matches: boolean][] = [
  ['', '', true],
  ['busybox', 'busybox', true],
  ['busy*', 'busybox', true],
  ['*', 'a/b', false],
  ['*/*', 'a/b', true],
  ['b*:l?test', 'busybox:latest', true],
  ['?', '/', false],
  ['a*b*c', 'axbybzc', true],
  ['a*b*c', 'axbybz', false],
  ['[a-c]x', 'bx', true],
  ['[^a-c]x', 'bx', false],
  ['[\\]]', ']', true],
  ['\\*', '*', true],
  ['\\*', 'x', false],
  ['*a*a*a*a*a*b', 'a'.repeat(60), false],
];

describe('matchPath()', () => {
  test.each(cases)('%s on %s is %s', (pattern, text, matches) => {
    expect(matchPath(pattern, text)).toBe(matches);
  });

  test.each(['[', '[]', '[a', '[a-', '[-]', 'x\\'])('refuses the pattern %s', (pattern) => {
    expect(() => matchPath(pattern, 'x')).toThrow('syntax error in pattern');
  });
});
