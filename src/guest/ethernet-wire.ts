/** Ethernet frames as they lie one after the other on a stream: each behind its length, as protocol.h says. */
import { KindError } from '../lib/errors.ts';
import { joinBytes } from '../lib/join-bytes.ts';
import { limit } from './protocol.ts';
import { MalformedError } from './wire.ts';

const lengthBytes = 2;

/** Throws `invalidParameter` for a frame that is too long. */
export function encodeFrame(frame: Uint8Array): Uint8Array {
  if (frame.length > limit.ethernetSizeMax) {
    const sizes = `${frame.length} bytes, at most ${limit.ethernetSizeMax}`;
    throw new KindError('invalidParameter', `Cannot send frame: ${sizes}`);
  }
  return joinBytes([Uint8Array.of(frame.length & 0xff, frame.length >> 8), frame]);
}

/** Takes the stream's bytes in any pieces and gives whole frames. */
export function splitFrames(): TransformStream<Uint8Array, Uint8Array> {
  let rest = new Uint8Array();
  return new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      let bytes = rest.length === 0 ? chunk : joinBytes([rest, chunk]);
      for (let size = frameSize(bytes); size <= bytes.length; size = frameSize(bytes)) {
        controller.enqueue(bytes.slice(lengthBytes, size));
        bytes = bytes.subarray(size);
      }
      rest = bytes.slice();
    },
    flush() {
      if (rest.length > 0) throw new MalformedError('Frame is cut off');
    },
  });
}

/** Of the first one, its length included; infinite while that is unknown. */
function frameSize(bytes: Uint8Array): number {
  const [low, high] = bytes;
  return low === undefined || high === undefined ? Infinity : lengthBytes + ((high << 8) | low);
}
