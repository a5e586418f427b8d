import { expect, it } from 'vitest';
import { encodeFrame, splitFrames } from './ethernet-wire.ts';
import { limit } from './protocol.ts';

it('splitFrames() gives whole frames out of any pieces of the stream', async () => {
  const frames = [Uint8Array.of(1, 2, 3), new Uint8Array(300).fill(4)];
  const bytes = frames.flatMap((frame) => [...encodeFrame(frame)]);
  const { readable, writable } = splitFrames();
  const writer = writable.getWriter();
  const written = (async () => {
    for (let at = 0; at < bytes.length; at += 7)
      await writer.write(Uint8Array.from(bytes.slice(at, at + 7)));
    await writer.close();
  })();
  const seen: Uint8Array[] = [];
  for await (const frame of readable) seen.push(frame);
  await written;
  expect(seen).toEqual(frames);
});

it('encodeFrame() refuses what the machine would not take', () => {
  const frame = new Uint8Array(limit.ethernetSizeMax + 1);
  expect(() => encodeFrame(frame)).toThrow(
    `${frame.length} bytes, at most ${limit.ethernetSizeMax}`,
  );
});
