import { expect, test } from 'vitest';
import { formatBytes } from './format-bytes.ts';
import { Offline } from './offline.svelte.ts';
import type { OfflineListener } from './offline.svelte.ts';

function started() {
  let listener: OfflineListener | undefined;
  let updates = 0;
  const offline = new Offline({
    start: (given) => {
      listener = given;
    },
    update: () => {
      updates += 1;
    },
  });
  offline.start();
  return { offline, tell: () => listener, updates: () => updates };
}

test('Offline counts to 100 only when everything is saved', () => {
  const { offline, tell } = started();
  expect(offline.savedPercent).toBeUndefined();
  tell()?.message({ type: 'saved', savedBytes: 999, totalBytes: 1000 });
  expect(offline.savedPercent).toBe(99);
  tell()?.message({ type: 'saved', savedBytes: 0, totalBytes: 0 });
  expect(offline.savedPercent).toBe(100);
});

test('Offline offers an update and passes the choice on', () => {
  const { offline, tell, updates } = started();
  expect(offline.updateReady).toBe(false);
  tell()?.updateReady();
  expect(offline.updateReady).toBe(true);
  offline.update();
  expect(updates()).toBe(1);
});

test('Offline without a service worker saves nothing', () => {
  const offline = new Offline();
  offline.start();
  offline.update();
  expect([offline.savedPercent, offline.updateReady]).toEqual([undefined, false]);
});

test.each([
  [0, '0 kB'],
  [512_400, '512 kB'],
  [4_100_000, '4.1 MB'],
])('formatBytes(%i) is %s', (sizeBytes, text) => {
  expect(formatBytes(sizeBytes)).toBe(text);
});
