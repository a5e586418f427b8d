/**
 * Docker's framing of stdout and stderr on one stream when there is no terminal: an 8-byte header
 * (stream number, three zero bytes, big-endian length) before each chunk. Engine and client share it.
 */
import { KindError } from './errors.ts';

export type StdcopyStream = 'stdin' | 'stdout' | 'stderr' | 'systemerr';

export interface StdcopyFrame {
  readonly stream: StdcopyStream;
  readonly payload: Uint8Array;
}

/** Media types of the two framings, as `Content-Type` of attach and logs. */
export const multiplexedStreamType = 'application/vnd.docker.multiplexed-stream';
export const rawStreamType = 'application/vnd.docker.raw-stream';

const streams: readonly StdcopyStream[] = ['stdin', 'stdout', 'stderr', 'systemerr'];
const headerSizeBytes = 8;

/** One frame: header and payload in one chunk. */
export function encodeStdcopy(stream: StdcopyStream, payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(headerSizeBytes + payload.length);
  frame[0] = streams.indexOf(stream);
  new DataView(frame.buffer).setUint32(4, payload.length);
  frame.set(payload, headerSizeBytes);
  return frame;
}

/**
 * Takes bytes as they come and gives payload pieces as soon as they are there, so a huge frame needs
 * no memory: one frame may come out in several pieces. An unknown stream number is `dataLoss`.
 */
export class StdcopyDecoder {
  #header = new Uint8Array(headerSizeBytes);
  #headerLength = 0;
  #stream: StdcopyStream = 'stdout';
  #left = 0;

  push(chunk: Uint8Array): StdcopyFrame[] {
    const frames: StdcopyFrame[] = [];
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#left === 0) {
        const taken = Math.min(headerSizeBytes - this.#headerLength, rest.length);
        this.#header.set(rest.subarray(0, taken), this.#headerLength);
        this.#headerLength += taken;
        rest = rest.subarray(taken);
        if (this.#headerLength === headerSizeBytes) this.#openFrame();
        continue;
      }
      const payload = rest.subarray(0, this.#left);
      this.#left -= payload.length;
      rest = rest.subarray(payload.length);
      frames.push({ stream: this.#stream, payload });
    }
    return frames;
  }

  /** True when the stream may end here: not within a frame. */
  get complete(): boolean {
    return this.#left === 0 && this.#headerLength === 0;
  }

  #openFrame(): void {
    const stream = streams[this.#header[0] ?? 255];
    if (stream === undefined)
      throw new KindError('dataLoss', `Unrecognized input header: ${this.#header[0]}`);
    this.#stream = stream;
    this.#left = new DataView(this.#header.buffer).getUint32(4);
    this.#headerLength = 0;
  }
}
