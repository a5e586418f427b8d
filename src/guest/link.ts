/**
 * The link layer: numbered frames with a window over the frame channel, messages packed into them.
 * Nothing is sent twice: a missing frame ends the link. See vm-image/agent/protocol.h.
 */
import type { Disposable } from '../lib/disposable.ts';
import { errorMessage, KindError } from '../lib/errors.ts';
import { decodeBase64, encodeBase64 } from '../lib/base64.ts';
import type { FrameChannel } from '../vm/machine.ts';
import type { SavedLink } from './saved-guest.ts';
import { frameKind, limit, messageType, field } from './protocol.ts';
import { BodyWriter, Fields, MalformedError } from './wire.ts';

const overhead = limit.ethernetHeaderSize + limit.linkHeaderSize;
/** Full frames waiting for the window before writers are asked to wait. */
const queueFramesCongested = 32;
/** A sliver at the end of a frame is not worth a fragment. */
const fragmentSizeMin = 256;

export interface Message {
  readonly stream: number;
  readonly type: number;
  readonly channel: number;
  readonly bytes: Uint8Array;
  /** The header said more bytes than the frame held. */
  readonly bad: boolean;
}

/** By default no channel and no bytes. */
export interface MessageBody {
  readonly channel?: number;
  readonly bytes?: Uint8Array;
}

export interface LinkHandlers {
  /** The agent said hello: numbers start at zero, nothing of before is known to it. */
  onHello(hello: Fields): void;
  onMessage(message: Message): void;
  /** The link is over until the agent says hello again. */
  onLost(cause: string): void;
}

export class Link implements Disposable {
  readonly #channel: FrameChannel;
  readonly #handlers: LinkHandlers;
  readonly #subscription: Disposable;
  #frameSize: number;
  #up = false;
  #instance: number | undefined;
  #sent = 0;
  #acknowledged = 0;
  #expected = 0;
  #unreported = 0;
  #frame: Uint8Array;
  #used = overhead;
  #queue: Uint8Array[] = [];
  #scheduled = false;
  #waiting: (() => void)[] = [];
  /** Nothing leaves, so that what is saved of both ends agrees. */
  #frozen = false;
  /** Data frames that the card has not taken yet. */
  readonly #untaken = new Set<Uint8Array>();

  constructor(channel: FrameChannel, handlers: LinkHandlers, saved?: SavedLink) {
    this.#channel = channel;
    this.#handlers = handlers;
    this.#frameSize = channel.frameSizeMax;
    if (saved !== undefined) this.#restore(saved);
    this.#frame = new Uint8Array(this.#frameSize);
    this.#subscription = channel.onFrame((frame) => this.#receive(frame));
    if (saved === undefined) return;
    for (const frame of saved.untaken) this.#hand(decodeBase64(frame), frameKind.data);
    this.#sendQueue();
  }

  /**
   * Stops sending and tells where the link stands. The machine must stand still, and everything it sent must have
   * arrived. `conflict` when there is no link.
   */
  freeze(): SavedLink {
    if (!this.#up) throw new KindError('conflict', 'Cannot save the link to the agent: it is down');
    this.#frozen = true;
    this.#finishFrame();
    return {
      instance: this.#instance ?? 0,
      frameSize: this.#frameSize,
      sent: this.#sent,
      acknowledged: this.#acknowledged,
      expected: this.#expected,
      unreported: this.#unreported,
      untaken: Array.from(this.#untaken, encodeBase64),
      queue: this.#queue.map(encodeBase64),
    };
  }

  /** Goes on after `freeze()`. */
  thaw(): void {
    this.#frozen = false;
    this.#sendQueue();
    this.#schedule();
  }

  /** Asks an agent that runs already (a restored machine) to start over and say hello. */
  greet(): void {
    this.#transmit(new Uint8Array(overhead), overhead, frameKind.hello, 0);
  }

  /** Appends a message, in fragments when it is longer than a frame. */
  send(stream: number, type: number, body: MessageBody = {}): void {
    const channel = body.channel ?? 0;
    let rest = body.bytes ?? new Uint8Array();
    do {
      if (this.#room() < limit.messageHeaderSize + Math.min(rest.length, fragmentSizeMin)) {
        this.#finishFrame();
      }
      const part = rest.subarray(0, this.#room() - limit.messageHeaderSize);
      rest = rest.subarray(part.length);
      const more = rest.length > 0 && type !== messageType.data;
      this.#append(stream, more ? type | messageType.more : type, channel, part);
    } while (rest.length > 0);
    this.#schedule();
  }

  /** Resolves when bulk data may be sent: at once, or when the queue has shrunk. */
  ready(): Promise<void> | undefined {
    if (this.#queue.length < queueFramesCongested) return undefined;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#up = false;
    this.#reset();
  }

  #room(): number {
    return this.#frameSize - this.#used;
  }

  #append(stream: number, type: number, channel: number, part: Uint8Array): void {
    const view = new DataView(this.#frame.buffer, this.#used, limit.messageHeaderSize);
    view.setUint32(0, stream, true);
    view.setUint8(4, type);
    view.setUint8(5, channel);
    view.setUint16(6, part.length, true);
    this.#frame.set(part, this.#used + limit.messageHeaderSize);
    this.#used += limit.messageHeaderSize + part.length;
  }

  /** What one task says goes in as few frames as it fits into. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    this.#finishFrame();
    if (this.#unreported >= limit.linkAckFrames && !this.#frozen) {
      this.#transmit(new Uint8Array(overhead), overhead, frameKind.ack, this.#sent);
    }
  }

  #finishFrame(): void {
    if (this.#used === overhead) return;
    this.#queue.push(this.#frame.slice(0, this.#used));
    this.#used = overhead;
    this.#sendQueue();
  }

  #sendQueue(): void {
    while (this.#up && !this.#frozen && this.#windowLeft() > 0) {
      const frame = this.#queue.shift();
      if (frame === undefined) break;
      const sequence = this.#sent;
      this.#sent = (sequence + 1) >>> 0;
      this.#transmit(frame, frame.length, frameKind.data, sequence);
    }
    if (this.#queue.length < queueFramesCongested) this.#wake();
  }

  #windowLeft(): number {
    return limit.linkWindowFrames - ((this.#sent - this.#acknowledged) >>> 0);
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #transmit(frame: Uint8Array, length: number, kind: number, sequence: number): void {
    const view = new DataView(frame.buffer, frame.byteOffset, overhead);
    frame.fill(0xff, 0, 6);
    frame.set([0x02, 0x62, 0x6f, 0x74, 0x74, 0x01], 6);
    view.setUint16(12, limit.linkEthertype);
    view.setUint8(14, limit.linkVersion);
    view.setUint8(15, kind);
    view.setUint16(16, length - overhead, true);
    view.setUint32(18, sequence, true);
    view.setUint32(22, this.#expected, true);
    this.#unreported = 0;
    this.#hand(frame.subarray(0, length), kind);
  }

  #hand(frame: Uint8Array, kind: number): void {
    if (kind === frameKind.data) this.#untaken.add(frame);
    this.#channel.send(frame).then(
      () => this.#untaken.delete(frame),
      (error: unknown) => {
        this.#untaken.delete(frame);
        this.#lose(`Cannot send a frame: ${errorMessage(error)}`);
      },
    );
  }

  #restore(saved: SavedLink): void {
    this.#up = true;
    this.#instance = saved.instance;
    this.#frameSize = Math.min(this.#frameSize, saved.frameSize);
    this.#sent = saved.sent;
    this.#acknowledged = saved.acknowledged;
    this.#expected = saved.expected;
    this.#unreported = saved.unreported;
    this.#queue = saved.queue.map(decodeBase64);
  }

  #receive(frame: Uint8Array): void {
    if (frame.length < overhead) return;
    const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
    if (view.getUint16(12) !== limit.linkEthertype) return;
    if (view.getUint8(14) !== limit.linkVersion) return;
    const kind = view.getUint8(15);
    const length = view.getUint16(16, true);
    const sequence = view.getUint32(18, true);
    if (length > frame.length - overhead) return;
    // Short frames arrive padded: only so much of them is ours.
    const payload = frame.subarray(overhead, overhead + length);
    if (kind === frameKind.hello) this.#takeHello(payload);
    else if (kind === frameKind.fail) this.#lose(`Agent misses frame ${this.#acknowledged}`);
    else if (this.#up) this.#takeFrame(kind, sequence, view.getUint32(22, true), payload);
  }

  #takeFrame(kind: number, sequence: number, acknowledgement: number, payload: Uint8Array): void {
    const newly = (acknowledgement - this.#acknowledged) >>> 0;
    if (newly > 0 && newly <= (this.#sent - this.#acknowledged) >>> 0) {
      this.#acknowledged = acknowledgement;
      this.#sendQueue();
    }
    if (kind !== frameKind.data) return;
    if (sequence !== this.#expected) {
      this.#lose(`Frame ${this.#expected} is missing, got ${sequence}`);
      return;
    }
    this.#expected = (this.#expected + 1) >>> 0;
    this.#unreported += 1;
    if (this.#unreported >= limit.linkAckFrames) this.#schedule();
    this.#takeMessages(payload);
  }

  #takeMessages(payload: Uint8Array): void {
    const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    let at = 0;
    while (at + limit.messageHeaderSize <= payload.length) {
      const start = at + limit.messageHeaderSize;
      const length = view.getUint16(at + 6, true);
      this.#handlers.onMessage({
        stream: view.getUint32(at, true),
        type: view.getUint8(at + 4),
        channel: view.getUint8(at + 5),
        bytes: payload.subarray(start, start + length),
        bad: length > payload.length - start,
      });
      at = start + length;
    }
  }

  #takeHello(payload: Uint8Array): void {
    const hello = parseHello(payload);
    if (hello === undefined) return;
    const instance = hello.number(field.instance);
    // The agent repeats itself until it hears from us.
    if (this.#up && this.#instance === instance) {
      this.#transmit(new Uint8Array(overhead), overhead, frameKind.ack, this.#sent);
      return;
    }
    if (this.#up) this.#lose('Agent started over');
    this.#reset();
    this.#instance = instance;
    this.#up = true;
    this.#frameSize = Math.min(this.#channel.frameSizeMax, hello.number(field.size, 1514));
    this.#frame = new Uint8Array(this.#frameSize);
    this.#transmit(new Uint8Array(overhead), overhead, frameKind.ack, 0);
    this.#handlers.onHello(hello);
  }

  #lose(cause: string): void {
    if (!this.#up) return;
    this.#up = false;
    this.#reset();
    this.#handlers.onLost(cause);
  }

  #reset(): void {
    this.#sent = this.#acknowledged = this.#expected = this.#unreported = 0;
    this.#used = overhead;
    this.#queue = [];
    this.#wake();
  }
}

/** Nothing when it is malformed: the agent will repeat itself. */
function parseHello(payload: Uint8Array): Fields | undefined {
  try {
    return new Fields(payload);
  } catch (error) {
    if (error instanceof MalformedError) return undefined;
    throw error;
  }
}

/** The body of a hello, for tests and fakes. */
export function makeHello({
  instance,
  frameSize,
}: {
  instance: number;
  frameSize: number;
}): Uint8Array {
  return new BodyWriter()
    .number(field.version, limit.linkVersion)
    .number(field.instance, instance)
    .number(field.size, frameSize)
    .text(field.release, '6.12.0')
    .finish();
}
