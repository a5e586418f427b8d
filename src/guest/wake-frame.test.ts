import { expect, it } from 'vitest';
import { framePayload, isChannelFrame } from '../vm/frame.ts';
import { field, frameKind, limit } from './protocol.ts';
import { makeWakeFrame, wakeFrameOfNow } from './wake-frame.ts';
import { Fields } from './wire.ts';

function fieldsOf(frame: Uint8Array): Fields {
  const payload = framePayload(frame);
  expect(isChannelFrame(frame)).toBe(true);
  expect([payload[0], payload[1]]).toEqual([limit.linkVersion, frameKind.wake]);
  return new Fields(payload.subarray(limit.linkHeaderSize));
}

it('makeWakeFrame() tells the time in microseconds and the seed', () => {
  const seed = Uint8Array.of(1, 2, 3);
  const fields = fieldsOf(makeWakeFrame({ nowMs: 1_790_000_000_123.5, seed }));
  expect(fields.number(field.now)).toBe(1_790_000_000_123_500);
  expect(fields.bytes(field.seed)).toEqual(seed);
});

it('wakeFrameOfNow() has a seed of its own each time', () => {
  const [one, other] = [fieldsOf(wakeFrameOfNow()), fieldsOf(wakeFrameOfNow())];
  expect(one.bytes(field.seed)).toHaveLength(32);
  expect(one.bytes(field.seed)).not.toEqual(other.bytes(field.seed));
});
