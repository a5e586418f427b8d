import { expect, test } from 'vitest';
import { parseGoJson } from './go-json.ts';

test.each([
  ['', 'EOF'],
  [' \n', 'EOF'],
  ['{', 'unexpected EOF'],
  ['{"a":1', 'unexpected EOF'],
  ['nope', `invalid character 'o' in literal null (expecting 'u')`],
  ['x', `invalid character 'x' looking for beginning of value`],
  ['{a}', `invalid character 'a' looking for beginning of object key string`],
  ['{"a":1,}', `invalid character '}' looking for beginning of object key string`],
  ['{"a" 1}', `invalid character '1' after object key`],
  ['{"a":1 "b"}', `invalid character '"' after object key:value pair`],
  ['[1 2]', `invalid character '2' after array element`],
  ['[1,]', `invalid character ']' looking for beginning of value`],
  ['"a\nb"', `invalid character '\\n' in string literal`],
  ['"\\q"', `invalid character 'q' in string escape code`],
  ['"\\u00x0"', `invalid character 'x' in \\u hexadecimal character escape`],
  ['-x', `invalid character 'x' in numeric literal`],
  ['1.x', `invalid character 'x' after decimal point in numeric literal`],
  ['1ex', `invalid character 'x' in exponent of numeric literal`],
  ['{} {}', 'unexpected content after JSON'],
  ['01', 'unexpected content after JSON'],
])('parseGoJson(%j) fails with Go’s words', (text, message) => {
  expect(() => parseGoJson(text)).toThrow(message);
});

test('parseGoJson() gives the value of what is well-formed', () => {
  expect(parseGoJson(' {"a":[1,null,"é"]}\n')).toEqual({ a: [1, null, 'é'] });
});
