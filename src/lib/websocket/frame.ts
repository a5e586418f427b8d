/** Frames of WebSocket (RFC 6455 section 5). Payloads come out in pieces, so size costs no memory. */
import { joinBytes } from '../join-bytes.ts';

/** Close codes of RFC 6455 section 7.4.1. */
export const closeCode = { normal: 1000, protocolError: 1002 } as const;

export const opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export type Frame =
  | {
      readonly kind: 'data';
      /** What the message began as: a text or a binary one. */
      readonly isText: boolean;
      readonly payload: Uint8Array;
      /** The message ends with this piece. */
      readonly isLast: boolean;
    }
  | { readonly kind: 'ping'; readonly payload: Uint8Array }
  | { readonly kind: 'pong' }
  | { readonly kind: 'close'; readonly payload: Uint8Array };

/** The peer broke the protocol: the connection is closed with 1002. */
export class WebSocketError extends Error {
  override readonly name = 'WebSocketError';
}

/** Section 5.5: control frames are at most this long. */
const controlBytesMax = 125;

interface Header {
  readonly opcode: number;
  readonly isFinal: boolean;
  readonly length: number;
  /** Empty when the payload is as it is. */
  readonly mask: Uint8Array;
}

export class FrameDecoder {
  readonly #peer: 'client' | 'server';
  #isText = false;
  #inMessage = false;
  #bytes: Uint8Array = new Uint8Array();
  #header: Header | undefined;
  /** Of the current frame's payload. */
  #taken = 0;

  /** Clients mask their frames, servers never do. */
  constructor(peer: 'client' | 'server') {
    this.#peer = peer;
  }

  /** The frames, or pieces of them, that these bytes complete. Throws WebSocketError. */
  push(chunk: Uint8Array): Frame[] {
    this.#bytes = joinBytes([this.#bytes, chunk]);
    const frames: Frame[] = [];
    for (;;) {
      this.#header ??= this.#readHeader();
      const frame = this.#header === undefined ? undefined : this.#readPayload(this.#header);
      if (frame === undefined) return frames;
      frames.push(frame);
    }
  }

  #readHeader(): Header | undefined {
    const bytes = this.#bytes;
    const [first, second] = bytes;
    if (first === undefined || second === undefined) return undefined;
    if ((first & 0x70) !== 0) throw new WebSocketError('reserved bits are set');
    const isMasked = (second & 0x80) !== 0;
    if (isMasked !== (this.#peer === 'client'))
      throw new WebSocketError('a client has to mask its frames, a server must not');
    const short = second & 0x7f;
    const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
    const maskBytes = isMasked ? 4 : 0;
    const size = 2 + lengthBytes + maskBytes;
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
    if (code < opcode.close) this.#checkOrder(code);
    const mask = bytes.slice(size - maskBytes, size);
    this.#bytes = bytes.subarray(size);
    this.#taken = 0;
    return { opcode: code, isFinal, length, mask };
  }

  /** Section 5.4: a message is a text or binary frame and its continuations, never two at once. */
  #checkOrder(code: number): void {
    if ((code === opcode.continuation) !== this.#inMessage)
      throw new WebSocketError('a message is not continued as it began');
    if (code !== opcode.continuation) this.#isText = code === opcode.text;
    this.#inMessage = true;
  }

  #readPayload(header: Header): Frame | undefined {
    const isControl = header.opcode >= opcode.close;
    const left = header.length - this.#taken;
    if (this.#bytes.length < (isControl ? left : Math.min(left, 1))) return undefined;
    const taken = this.#bytes.subarray(0, left);
    const payload = header.mask.length === 0 ? taken : masked(taken, header.mask, this.#taken);
    this.#bytes = this.#bytes.subarray(taken.length);
    this.#taken += taken.length;
    const isWhole = this.#taken === header.length;
    if (isWhole) this.#header = undefined;
    if (header.opcode === opcode.close) return { kind: 'close', payload };
    if (header.opcode === opcode.ping) return { kind: 'ping', payload };
    if (header.opcode === opcode.pong) return { kind: 'pong' };
    const isLast = isWhole && header.isFinal;
    if (isLast) this.#inMessage = false;
    return { kind: 'data', isText: this.#isText, payload, isLast };
  }
}

function masked(bytes: Uint8Array, mask: Uint8Array, from: number): Uint8Array {
  return bytes.map((byte, index) => byte ^ (mask[(from + index) & 3] ?? 0));
}

/** One whole frame; a client gives the four bytes that mask it. */
export function encodeFrame(
  code: number,
  payload: Uint8Array,
  mask: Uint8Array = new Uint8Array(),
): Uint8Array {
  const length = payload.length;
  const lengthBytes = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const size = 2 + lengthBytes + mask.length;
  const frame = new Uint8Array(size + length);
  const view = new DataView(frame.buffer);
  frame[0] = 0x80 | code;
  frame[1] =
    (mask.length > 0 ? 0x80 : 0) | (lengthBytes === 0 ? length : lengthBytes === 2 ? 126 : 127);
  if (lengthBytes === 2) view.setUint16(2, length);
  if (lengthBytes === 8) view.setBigUint64(2, BigInt(length));
  frame.set(mask, size - mask.length);
  frame.set(mask.length > 0 ? masked(payload, mask, 0) : payload, size);
  return frame;
}

export function encodeClose(code: number): Uint8Array {
  return encodeFrame(opcode.close, Uint8Array.of(code >> 8, code & 0xff));
}
