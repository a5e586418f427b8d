import { expect, test } from 'vitest';
import { FakeGuest } from '../guest/fake-guest.ts';
import { addRemapAccount } from './remap-account.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

test('addRemapAccount() adds a system user with its ranges, once', async () => {
  const guest = new FakeGuest();
  guest.files.set(
    '/etc/passwd',
    bytes('root:x:0:0:root:/root:/bin/bash\n_apt:x:100:65534::/:/bin/sh\n'),
  );
  guest.files.set('/etc/group', bytes('root:x:0:\nusers:x:100:\nx:x:102:\n'));
  const range = { inside: 0, outside: 100_000, size: 65_536 };
  const ids = { uids: [range], gids: [{ ...range, outside: 200_000 }], account: 'dockremap' };
  await addRemapAccount(guest, { uids: ids.uids, gids: ids.gids });
  expect(guest.files.size).toBe(2);
  await addRemapAccount(guest, ids);
  await addRemapAccount(guest, ids);
  const lastLines = [...guest.files].map(([path, content]) => [
    path,
    new TextDecoder().decode(content).trimEnd().split('\n').at(-1),
  ]);
  expect(Object.fromEntries(lastLines)).toEqual({
    '/etc/passwd': 'dockremap:x:101:101::/nonexistent:/bin/false',
    '/etc/group': 'dockremap:x:101:',
    '/etc/subuid': 'dockremap:100000:65536',
    '/etc/subgid': 'dockremap:200000:65536',
  });
});
