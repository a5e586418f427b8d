import { expect, test } from 'vitest';
import { FakeGuest } from '../guest/fake-guest.ts';
import { hostFiles } from './host-files.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

test('hostFiles() lists a folder, and stats what is there and what is not', async () => {
  const guest = new FakeGuest();
  await guest.writeFile('/root/b', bytes('bb'));
  await guest.writeFile('/root/a', bytes('a'));
  const files = hostFiles(guest);
  const { entries, leftOut } = await files.list('/root');
  expect(entries.map(({ path, type, sizeBytes }) => [path, type, sizeBytes])).toEqual([
    ['/root/a', 'file', 1],
    ['/root/b', 'file', 2],
  ]);
  expect(leftOut).toBe(0);
  expect(await files.stat('/root/nosuch')).toBeUndefined();
});

test('hostFiles() writes only over what the caller has seen', async () => {
  const files = hostFiles(new FakeGuest());
  const made = await files.write('/root/a', bytes('one'), { expected: 'none' });
  expect(made.saved).toBe(true);
  expect(await files.write('/root/a', bytes('two'), { expected: 'none' })).toEqual({
    saved: false,
    reason: 'exists',
  });
  expect(await files.write('/root/a', bytes('two'), { expected: '7.0:9' })).toEqual({
    saved: false,
    reason: 'changed',
  });
  expect(await files.write('/root/b', bytes('two'), { expected: '7.0:9' })).toEqual({
    saved: false,
    reason: 'removed',
  });
  const version = made.saved ? made.version : '';
  expect((await files.write('/root/a', bytes('two'), { expected: version })).saved).toBe(true);
  expect(new TextDecoder().decode(await files.read('/root/a', 100))).toBe('two');
});

test('hostFiles() renames to no name that is taken', async () => {
  const guest = new FakeGuest();
  await guest.writeFile('/root/a', bytes('a'));
  await guest.writeFile('/root/b', bytes('b'));
  await expect(hostFiles(guest).rename('/root/a', '/root/b')).rejects.toThrow(
    'Cannot rename "/root/b": there is something of that name',
  );
});
