import { expect, test } from 'vitest';
import { idMapText } from '../../guest/id-mapping.ts';
import { parseUsernsRemap } from './userns-remap.ts';

const files: Readonly<Record<string, string>> = {
  '/etc/subuid': '# ranges\nalice:300000:1000\nbob:100000:65536\nalice:200000:500\nroot:0:10\n',
  '/etc/subgid': 'alice:400000:65536\nwheel:500000:65536\nroot:0:10\n',
};
const read = (path: string) => files[path] ?? '';

test('parseUsernsRemap() has the range of a fresh machine by default', () => {
  const range = { inside: 0, outside: 100_000, size: 65_536 };
  expect(parseUsernsRemap('default', read)).toEqual({
    ids: { uids: [range], gids: [range], account: 'dockremap' },
    folder: '100000.100000',
  });
});

test('parseUsernsRemap() makes one run of all ranges of a user', () => {
  const { ids, folder } = parseUsernsRemap('alice', read);
  expect(idMapText(ids.uids)).toBe('0 200000 500\n500 300000 1000\n');
  expect(idMapText(ids.gids)).toBe('0 400000 65536\n');
  expect(folder).toBe('200000.400000');
  expect(parseUsernsRemap('bob:wheel', read).folder).toBe('100000.500000');
});

test.each([
  ['', 'invalid user/group specification in --userns-remap: ""'],
  ['a:b:c', 'invalid user/group specification in --userns-remap: "a:b:c"'],
  ['nosuch', 'no subuid ranges found for user "nosuch"'],
  ['bob', 'no subgid ranges found for group "bob"'],
  ['root', 'a range of "root" in /etc/subuid is no user\'s: 0'],
])('parseUsernsRemap(%j) is refused', (text, message) => {
  expect(() => parseUsernsRemap(text, read)).toThrow(message);
});
