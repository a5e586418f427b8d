import { expect, test } from 'vitest';
import { DetachKeysFilter, parseDetachKeys } from './detach-keys.ts';

test('parseDetachKeys() reads control keys and characters', () => {
  expect([...parseDetachKeys('ctrl-p,ctrl-q')]).toEqual([16, 17]);
  expect([...parseDetachKeys('ctrl-@,a,ctrl-_')]).toEqual([0, 97, 31]);
  expect(() => parseDetachKeys('shift-a')).toThrow('Invalid detach keys (shift-a) provided');
});

test('DetachKeysFilter passes on what turns out not to be the sequence', () => {
  const filter = new DetachKeysFilter(Uint8Array.of(16, 17));
  const push = (...input: number[]) => {
    const { pass, detached } = filter.push(Uint8Array.from(input));
    return [[...pass], detached];
  };
  expect(push(1, 16)).toEqual([[1], false]);
  expect(push(2)).toEqual([[16, 2], false]);
  expect(push(16, 16)).toEqual([[16], false]);
  expect(push(17, 3)).toEqual([[], true]);
});
