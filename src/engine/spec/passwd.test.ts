import { describe, expect, test } from 'vitest';
import { resolveUser } from './passwd.ts';

const files = {
  passwd: 'root:x:0:0:root:/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/sh\n# no\n\nbad\n',
  group: 'root:x:0:\nusers:x:100:alice\nwheel:x:10:root,alice\n',
};

describe('resolveUser()', () => {
  // Recorded with docker 20.10: `docker run -u USER [--group-add …] image id`.
  test.each([
    ['', [], 0, 0, [0, 10], '/root'],
    ['alice', [], 1000, 1000, [1000, 100, 10], '/home/alice'],
    ['1000', [], 1000, 1000, [1000, 100, 10], '/home/alice'],
    ['4000', [], 4000, 0, [0], '/'],
    ['alice:users', [], 1000, 100, [100], '/home/alice'],
    ['alice:1234', [], 1000, 1234, [1234], '/home/alice'],
    ['alice', ['wheel', '77'], 1000, 1000, [1000, 100, 10, 77], '/home/alice'],
    ['0:0', [], 0, 0, [0], '/root'],
  ])('%j with --group-add %j', (user, groupAdd, uid, gid, additionalGids, home) => {
    expect(resolveUser(user, files, groupAdd)).toEqual({ uid, gid, additionalGids, home });
  });

  test.each([
    ['nosuch', 'unable to find user nosuch: no matching entries in passwd file'],
    ['0:nosuch', 'unable to find group nosuch: no matching entries in group file'],
    ['4294967296', 'uids and gids must be in range 0-2147483647'],
    ['-1', 'uids and gids must be in range 0-2147483647'],
  ])('rejects %j', (user, message) => {
    expect(() => resolveUser(user, files)).toThrow(message);
  });

  test('takes numbers where the image has no accounts at all', () => {
    expect(resolveUser('7:8', { passwd: '', group: '' })).toMatchObject({ uid: 7, gid: 8 });
    expect(resolveUser('', { passwd: '', group: '' })).toMatchObject({ uid: 0, gid: 0, home: '/' });
  });
});
