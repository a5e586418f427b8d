import { expect, test } from 'vitest';
import { parseTerminals, textCharactersMax } from './saved-terminals.ts';

test('parseTerminals() keeps text, and nothing that a terminal obeys', () => {
  const text = '$ ls\n\ta\u001b]0;mine\u0007b\r\n';
  expect(parseTerminals([{ key: 'shell/0', title: 'web\u001b', text }])).toEqual([
    { key: 'shell/0', title: 'web', text: '$ ls\n\ta]0;mineb\n' },
  ]);
});

test('parseTerminals() passes over what is none, and keeps the end of what is too long', () => {
  const long = { key: 'k', title: '', text: 'x'.repeat(textCharactersMax) + 'end' };
  const [only, ...others] = parseTerminals([null, 1, { key: 'k' }, long]);
  expect(others).toEqual([]);
  expect(only?.text).toHaveLength(textCharactersMax);
  expect(only?.text.endsWith('end')).toBe(true);
  expect(parseTerminals('nonsense')).toEqual([]);
});
