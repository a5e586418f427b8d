import { expect, test } from 'vitest';
import { framePayload, frameHeaderSizeBytes, isChannelFrame, makeFrame } from './frame.ts';

test('makeFrame() puts the channel header before the payload', () => {
  const frame = makeFrame(Uint8Array.of(1, 2, 3));
  expect(frame.length).toBe(frameHeaderSizeBytes + 3);
  expect([...frame.subarray(12, 14)]).toEqual([0x88, 0xb5]);
  expect([...framePayload(frame)]).toEqual([1, 2, 3]);
  expect(isChannelFrame(frame)).toBe(true);
});

test('isChannelFrame() refuses short frames and those of the network stack', () => {
  expect(isChannelFrame(new Uint8Array(13))).toBe(false);
  const ipv6 = makeFrame(Uint8Array.of(1));
  ipv6.set([0x86, 0xdd], 12);
  expect(isChannelFrame(ipv6)).toBe(false);
});
