import { expect, test } from 'vitest';
import { LinearRegexp } from './linear-regexp.ts';

test.each([
  ['^ab', 'abc', true],
  ['^ab', 'cab', false],
  ['b$', 'ab', true],
  ['', '', true],
  ['a|b|', 'x', true],
  ['^(a|bc)+$', 'abcabc', true],
  ['^(a|bc)+$', 'abcab', false],
  ['^a{2,3}$', 'aaaa', false],
  ['^a{2,}$', 'aaaa', true],
  ['^a{,2}$', 'a{,2}', true],
  ['^[^a-c]x?[]-]$', 'dx-', true],
  [String.raw`^\d+\.\w*$`, '12.ab_', true],
  [String.raw`^\pL\p{Greek}\PL$`, 'äα1', true],
  ['(?i)^STRASSE[x-z]$', 'strasseY', true],
  ['(?i:A)b', 'aB', false],
  ['^(?P<name>a)(?:b)$', 'ab', true],
  ['(?m)^b$', 'a\nb\nc', true],
  ['a.b', 'a\nb', false],
  ['(?s)a.b', 'a\nb', true],
  [String.raw`\bab\b`, 'x ab y', true],
  [String.raw`^\Qa.b\E$`, 'a.b', true],
  ['^[[:digit:]]+$', '123', true],
  ['^.$', '😀', true],
])('%s in %j: %s', (source, text, expected) => {
  expect(new LinearRegexp(source).test(text)).toBe(expected);
});

test.each([
  ['(', 'missing closing ): `(`'],
  ['a)', 'unexpected ): `a)`'],
  ['[a', 'missing closing ]: `[a`'],
  ['[z-a]', 'invalid character class range: `z-a`'],
  ['*', 'missing argument to repetition operator: `*`'],
  ['a**', 'invalid nested repetition operator: `**`'],
  ['a{2000}', 'invalid repeat count: `{2000}`'],
  [String.raw`\1`, String.raw`invalid escape sequence: ` + '`\\1`'],
  ['(?=x)', 'invalid or unsupported Perl syntax: `(?=`'],
  ['\\', 'trailing backslash at end of expression: ``'],
  ['((a{100}){100}){100}', 'expression too large: `((a{100}){100}){100}`'],
])('%s is refused', (source, message) => {
  expect(() => new LinearRegexp(source)).toThrow(`error parsing regexp: ${message}`);
});

test('what lets other engines hang ends soon', () => {
  const text = `${'a'.repeat(2000)}!`;
  expect(new LinearRegexp('^(a+)+$').test(text)).toBe(false);
  expect(new LinearRegexp('^(a|a|aa)*$').test(text)).toBe(false);
});
