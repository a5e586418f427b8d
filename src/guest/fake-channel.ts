/** The other end of the frame channel, for tests: an agent that says exactly what the test wants. */
import { toDisposable, type Disposable } from '../lib/disposable.ts';
import type { FrameChannel } from '../vm/machine.ts';
import { makeHello } from './link.ts';
import { frameKind, limit, messageType } from './protocol.ts';

const overhead = limit.ethernetHeaderSize + limit.linkHeaderSize;

export interface SentMessage {
  readonly stream: number;
  readonly type: number;
  readonly channel: number;
  readonly bytes: Uint8Array;
}

export interface SentFrame {
  readonly kind: number;
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly payload: Uint8Array;
}

export class FakeChannel implements FrameChannel {
  readonly frameSizeMax: number;
  /** Everything the client sent. */
  readonly frames: SentFrame[] = [];
  /** Called with each message of the client. */
  onMessage: (message: SentMessage) => void = () => {};
  /** Acknowledge what comes at once; without it the client's window runs out. */
  acknowledges = true;
  #listeners = new Set<(frame: Uint8Array) => void>();
  #sequence = 0;
  #expected = 0;

  constructor(frameSizeMax = 1024) {
    this.frameSizeMax = frameSizeMax;
  }

  async send(frame: Uint8Array): Promise<void> {
    const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
    const kind = view.getUint8(15);
    const payload = frame.slice(overhead, overhead + view.getUint16(16, true));
    const sequence = view.getUint32(18, true);
    this.frames.push({ kind, sequence, acknowledgement: view.getUint32(22, true), payload });
    if (kind !== frameKind.data) return;
    this.#expected = sequence + 1;
    for (const message of parseMessages(payload)) this.onMessage(message);
    if (this.acknowledges) queueMicrotask(() => this.acknowledge());
  }

  onFrame(listener: (frame: Uint8Array) => void): Disposable {
    this.#listeners.add(listener);
    return toDisposable(() => this.#listeners.delete(listener));
  }

  /** Messages that the client sent, of one type. */
  sent(type: number): SentMessage[] {
    return this.frames
      .filter((frame) => frame.kind === frameKind.data)
      .flatMap((frame) => parseMessages(frame.payload))
      .filter((message) => message.type === type);
  }

  hello(instance = 1): void {
    this.#sequence = 0;
    this.#expected = 0;
    this.frame(frameKind.hello, makeHello({ instance, frameSize: this.frameSizeMax }));
  }

  acknowledge(): void {
    this.frame(frameKind.ack, new Uint8Array());
  }

  /** One message from the agent in a frame of its own. */
  message(stream: number, type: number, options: Partial<SentMessage> = {}): void {
    const bytes = options.bytes ?? new Uint8Array();
    const payload = new Uint8Array(limit.messageHeaderSize + bytes.length);
    const view = new DataView(payload.buffer);
    view.setUint32(0, stream, true);
    view.setUint8(4, type);
    view.setUint8(5, options.channel ?? 0);
    view.setUint16(6, bytes.length, true);
    payload.set(bytes, limit.messageHeaderSize);
    this.data(payload);
  }

  credit(stream: number, channel: number, amount: number): void {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, amount, true);
    this.message(stream, messageType.credit, { channel, bytes });
  }

  /** The payload of a data frame, in its order. */
  data(payload: Uint8Array): void {
    this.frame(frameKind.data, payload, this.#sequence++);
  }

  frame(kind: number, payload: Uint8Array, sequence = this.#sequence): void {
    const frame = new Uint8Array(overhead + payload.length);
    const view = new DataView(frame.buffer);
    view.setUint16(12, limit.linkEthertype);
    view.setUint8(14, limit.linkVersion);
    view.setUint8(15, kind);
    view.setUint16(16, payload.length, true);
    view.setUint32(18, sequence, true);
    view.setUint32(22, this.#expected, true);
    frame.set(payload, overhead);
    this.raw(frame);
  }

  /** Any bytes at all. */
  raw(frame: Uint8Array): void {
    for (const listener of this.#listeners) listener(frame);
  }
}

function parseMessages(payload: Uint8Array): SentMessage[] {
  const messages: SentMessage[] = [];
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  for (let at = 0; at < payload.length;) {
    const start = at + limit.messageHeaderSize;
    const end = start + view.getUint16(at + 6, true);
    const [stream, type] = [view.getUint32(at, true), view.getUint8(at + 4)];
    const channel = view.getUint8(at + 5);
    messages.push({ stream, type, channel, bytes: payload.subarray(start, end) });
    at = end;
  }
  return messages;
}
