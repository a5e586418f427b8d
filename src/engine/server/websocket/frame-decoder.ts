/** Decodes the frames that a client sends (RFC 6455 section 5). Payloads come out in pieces, so size costs no memory. */
import { joinBytes } from '../../../lib/join-bytes.ts';

/** Close codes of RFC 6455 section 7.4.1. */
export const closeCode = { normal: 1000, protocolError: 1002 } as const;

export const opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export type ClientFrame =
  | { readonly kind: 'data'; readonly payload: Uint8Array }
  | { readonly kind: 'ping'; readonly payload: Uint8Array }
  | { readonly kind: 'close' };

/** The client broke the protocol: the connection is closed with 1002. */
export class WebSocketError extends Error {
  override readonly name = 'WebSocketError';
}

/** Section 5.5: control frames are at most this long. */
const controlBytesMax = 125;

interface Header {
  readonly opcode: number;
  readonly length: number;
  readonly mask: Uint8Array;
}

export class FrameDecoder {
  #bytes: Uint8Array = new Uint8Array();
  #header: Header | undefined;
  /** Of the current frame's payload. */
  #taken = 0;

  /** The frames, or pieces of them, that these bytes complete. Throws WebSocketError. */
  push(chunk: Uint8Array): ClientFrame[] {
    this.#bytes = joinBytes([this.#bytes, chunk]);
    const frames: ClientFrame[] = [];
    for (;;) {
      this.#header ??= this.#readHeader();
      const frame = this.#header === undefined ? undefined : this.#readPayload(this.#header);
      if (frame === undefined) return frames;
      if (frame.kind !== 'data' || frame.payload.length > 0) frames.push(frame);
    }
  }

  #readHeader(): Header | undefined {
    const bytes = this.#bytes;
    const [first, second] = bytes;
    if (first === undefined || second === undefined) return undefined;
    if ((first & 0x70) !== 0) throw new WebSocketError('reserved bits are set');
    if ((second & 0x80) === 0) throw new WebSocketError('a client has to mask its frames');
    const short = second & 0x7f;
    const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
    const size = 2 + lengthBytes + 4;
    if (bytes.length < size) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const length =
      lengthBytes === 0
        ? short
        : lengthBytes === 2
          ? view.getUint16(2)
          : Number(view.getBigUint64(2));
    if (!Number.isSafeInteger(length)) throw new WebSocketError('frame is too long');
    const code = first & 0x0f;
    if (code > 10 || (code > 2 && code < 8)) throw new WebSocketError('unknown opcode');
    const isFinal = (first & 0x80) !== 0;
    if (code >= opcode.close && (!isFinal || length > controlBytesMax))
      throw new WebSocketError('control frame is fragmented or too long');
    const mask = bytes.slice(size - 4, size);
    this.#bytes = bytes.subarray(size);
    this.#taken = 0;
    return { opcode: code, length, mask };
  }

  #readPayload(header: Header): ClientFrame | undefined {
    const isControl = header.opcode >= opcode.close;
    const left = header.length - this.#taken;
    if (this.#bytes.length < (isControl ? left : Math.min(left, 1))) return undefined;
    const masked = this.#bytes.subarray(0, left);
    const payload = masked.map((byte, index) => {
      return byte ^ (header.mask[(this.#taken + index) & 3] ?? 0);
    });
    this.#bytes = this.#bytes.subarray(masked.length);
    this.#taken += masked.length;
    if (this.#taken === header.length) this.#header = undefined;
    if (header.opcode === opcode.close) return { kind: 'close' };
    if (header.opcode === opcode.ping) return { kind: 'ping', payload };
    return { kind: 'data', payload: header.opcode === opcode.pong ? new Uint8Array() : payload };
  }
}

/** One whole frame of the server: never masked. */
export function encodeFrame(code: number, payload: Uint8Array): Uint8Array {
  const length = payload.length;
  const lengthBytes = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const frame = new Uint8Array(2 + lengthBytes + length);
  const view = new DataView(frame.buffer);
  frame[0] = 0x80 | code;
  frame[1] = lengthBytes === 0 ? length : lengthBytes === 2 ? 126 : 127;
  if (lengthBytes === 2) view.setUint16(2, length);
  if (lengthBytes === 8) view.setBigUint64(2, BigInt(length));
  frame.set(payload, 2 + lengthBytes);
  return frame;
}

export function encodeClose(code: number): Uint8Array {
  return encodeFrame(opcode.close, Uint8Array.of(code >> 8, code & 0xff));
}
