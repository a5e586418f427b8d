/** The first frame to a machine that goes on from the state of another one: see FRAME_WAKE in protocol.h. */
import { makeFrame } from '../vm/frame.ts';
import { field, frameKind, limit } from './protocol.ts';
import { BodyWriter } from './wire.ts';

const microsecondsPerMs = 1000;
/** As many bits as the kernel's generator has. */
const seedSizeBytes = 32;

export interface WakeOptions {
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** At most 64 bytes that nobody else has. */
  readonly seed: Uint8Array;
}

export function makeWakeFrame({ nowMs, seed }: WakeOptions): Uint8Array {
  const body = new BodyWriter()
    .number(field.now, Math.round(nowMs * microsecondsPerMs))
    .bytes(field.seed, seed)
    .finish();
  const payload = new Uint8Array(limit.linkHeaderSize + body.length);
  const view = new DataView(payload.buffer);
  view.setUint8(0, limit.linkVersion);
  view.setUint8(1, frameKind.wake);
  view.setUint16(2, body.length, true);
  payload.set(body, limit.linkHeaderSize);
  return makeFrame(payload);
}

/** With the time of now and a seed from the platform's own generator. */
export function wakeFrameOfNow(): Uint8Array {
  return makeWakeFrame({
    nowMs: Date.now(),
    seed: crypto.getRandomValues(new Uint8Array(seedSizeBytes)),
  });
}
