import { describe, expect, test } from 'vitest';
import { DetachWatcher, parseDetachKeys } from './detach-keys.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (data: Uint8Array) => new TextDecoder().decode(data);

describe('parseDetachKeys()', () => {
  test.each([
    ['', [16, 17]],
    ['ctrl-p,ctrl-q', [16, 17]],
    ['ctrl-a', [1]],
    ['a,ctrl-],b', [97, 29, 98]],
    ['ctrl-@', [0]],
  ])('reads "%s"', (keys, codes) => {
    expect(parseDetachKeys(keys)).toEqual(codes);
  });

  test('has no answer for what is no key', () => {
    expect(parseDetachKeys('ctrl-1')).toBeUndefined();
    expect(parseDetachKeys('shift-a')).toBeUndefined();
  });
});

describe('DetachWatcher', () => {
  test('detaches when the keys come in different chunks', () => {
    const watcher = new DetachWatcher(undefined);
    expect(watcher.push(bytes('ls\x10'))).toMatchObject({ detached: false });
    expect(watcher.push(bytes('\x11rest'))).toMatchObject({ detached: true });
  });

  test('passes on what only began like the keys', () => {
    const watcher = new DetachWatcher(undefined);
    expect(text(watcher.push(bytes('a\x10b')).bytes)).toBe('a\x10b');
  });

  test('counts the first key typed twice as a new beginning', () => {
    const watcher = new DetachWatcher(undefined);
    expect(text(watcher.push(bytes('\x10\x10')).bytes)).toBe('\x10');
    expect(watcher.push(bytes('\x11')).detached).toBe(true);
  });
});
