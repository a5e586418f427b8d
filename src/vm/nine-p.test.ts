import { expect, test } from 'vitest';
import { answer9p } from './nine-p.ts';

const request = Uint8Array.of(7, 0, 0, 0, 100, 0x34, 0x12);
const rlerror = Uint8Array.of(11, 0, 0, 0, 7, 0x34, 0x12, 5, 0, 0, 0);

test('answer9p() replies within the call when the answer is no promise', () => {
  const replies: Uint8Array[] = [];
  answer9p(
    () => Uint8Array.of(1),
    request,
    (message) => replies.push(message),
  );
  expect(replies).toEqual([Uint8Array.of(1)]);
});

test('answer9p() makes EIO of what a handler throws or rejects', async () => {
  const failures = [
    () => {
      throw new Error('broken');
    },
    () => Promise.reject(new Error('broken')),
  ];
  for (const handler of failures) {
    const reply = await new Promise((resolve) => answer9p(handler, request, resolve));
    expect(reply).toEqual(rlerror);
  }
});
