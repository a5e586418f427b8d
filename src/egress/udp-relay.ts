/**
 * UDP on its way out: what the machine's kernel routes to the gateway's UDP card, carried over the way out one flow at a
 * time. What is refused is told so by ICMP, as a router would.
 */
import type { EthernetPort } from '../guest/sockets.ts';
import type { Disposable } from '../lib/disposable.ts';
import type { Duplex } from '../lib/duplex.ts';
import { errorKind, errorMessage } from '../lib/errors.ts';
import type { Egress } from './egress.ts';
import {
  answerFrames,
  parseUdpFrame,
  unreachable,
  unreachableFrame,
  type UdpPacket,
  type UnreachableCode,
} from './ip-packet.ts';

/** Flows at once; the one that was silent longest gives way. Below the streams that a WISP session has. */
export const flowsMax = 128;
/** Datagrams of a flow that wait while the way out opens, or is slow. More are lost, as datagrams may be. */
export const waitingMax = 16;

type Card = Pick<EthernetPort, 'readable' | 'send'>;

export class UdpRelay implements Disposable {
  readonly #card: Card;
  readonly #egress: Egress;
  /** The one that was silent longest first. */
  readonly #flows = new Map<string, Flow>();
  #identification = 0;

  constructor(card: Card, egress: Egress) {
    this.#card = card;
    this.#egress = egress;
    const sink = new WritableStream<Uint8Array>({ write: (frame) => this.#receive(frame) });
    // It ends with the machine, however that ends.
    card.readable.pipeTo(sink).then(
      () => this.dispose(),
      () => this.dispose(),
    );
  }

  get flowCount(): number {
    return this.#flows.size;
  }

  dispose(): void {
    for (const flow of this.#flows.values()) flow.dispose();
    this.#flows.clear();
  }

  #receive(frame: Uint8Array): void {
    const packet = parseUdpFrame(frame);
    if (packet === undefined) return;
    if (packet.isFragment) {
      this.#refuse(frame, unreachable.tooLarge);
      return;
    }
    const { source, target } = packet;
    const key = `${source.host}:${source.port} ${target.host}:${target.port}`;
    const flow = this.#flows.get(key) ?? this.#open(key, packet);
    this.#flows.delete(key);
    this.#flows.set(key, flow);
    flow.send(frame, packet.payload);
  }

  #open(key: string, { target }: UdpPacket): Flow {
    const flow: Flow = new Flow({
      connecting: this.#egress.openDatagrams(target),
      answer: (asked, payload) => this.#answer(asked, payload),
      onEnd: (error, asked) => {
        if (this.#flows.get(key) === flow) this.#flows.delete(key);
        const code = codeOf(error, flow.isOpen);
        if (code !== undefined && asked !== undefined) this.#refuse(asked, code);
      },
    });
    const [oldest] = this.#flows.keys();
    if (this.#flows.size < flowsMax || oldest === undefined) return flow;
    this.#flows.get(oldest)?.dispose();
    this.#flows.delete(oldest);
    return flow;
  }

  async #answer(asked: Uint8Array, payload: Uint8Array): Promise<void> {
    this.#identification = (this.#identification + 1) & 0xffff;
    for (const frame of answerFrames(asked, payload, this.#identification))
      await this.#card.send(frame);
  }

  #refuse(frame: Uint8Array, code: UnreachableCode): void {
    // A machine that is gone needs no answer.
    this.#card.send(unreachableFrame(frame, code)).catch(() => undefined);
  }
}

interface FlowOptions {
  readonly connecting: Promise<Duplex>;
  readonly answer: (asked: Uint8Array, payload: Uint8Array) => Promise<void>;
  /** Called once, unless it was disposed before; `asked` is the last frame of the machine's. */
  readonly onEnd: (error: unknown, asked: Uint8Array | undefined) => void;
}

class Flow implements Disposable {
  readonly #options: FlowOptions;
  #asked: Uint8Array | undefined;
  #waiting: Uint8Array[] = [];
  #connection: { readonly writer: WritableStreamDefaultWriter<Uint8Array> } | undefined;
  #isWriting = false;
  #isOver = false;

  constructor(options: FlowOptions) {
    this.#options = options;
    this.#run().then(
      () => this.#end(undefined),
      (error: unknown) => this.#end(error),
    );
  }

  /** Whether the way out was found. */
  get isOpen(): boolean {
    return this.#connection !== undefined;
  }

  send(frame: Uint8Array, payload: Uint8Array): void {
    this.#asked = frame;
    if (this.#waiting.length < waitingMax) this.#waiting.push(payload);
    void this.#write();
  }

  dispose(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#waiting = [];
    this.#connection?.writer.abort().catch(() => undefined);
  }

  async #run(): Promise<void> {
    const connection = await this.#options.connecting;
    const writer = connection.writable.getWriter();
    writer.closed.catch(() => undefined);
    this.#connection = { writer };
    if (this.#isOver) {
      await writer.abort();
      return;
    }
    void this.#write();
    const reader = connection.readable.getReader();
    for (;;) {
      const { value } = await reader.read();
      if (value === undefined || this.#isOver) return;
      if (this.#asked !== undefined) await this.#options.answer(this.#asked, value);
    }
  }

  async #write(): Promise<void> {
    const writer = this.#connection?.writer;
    if (writer === undefined || this.#isWriting) return;
    this.#isWriting = true;
    try {
      for (let bytes = this.#waiting.shift(); bytes !== undefined; bytes = this.#waiting.shift())
        await writer.write(bytes);
    } catch {
      // The reading half tells why.
    } finally {
      this.#isWriting = false;
    }
  }

  #end(error: unknown): void {
    if (this.#isOver) return;
    this.dispose();
    this.#options.onEnd(error, this.#asked);
  }
}

/** What the machine is told; nothing about a flow that was open and only ended. */
function codeOf(error: unknown, isOpen: boolean): UnreachableCode | undefined {
  if (error === undefined) return undefined;
  const kind = errorKind(error);
  if (kind === 'forbidden' || kind === 'resourceExhausted') return unreachable.prohibited;
  if (/refused/i.test(errorMessage(error))) return unreachable.port;
  return isOpen ? undefined : unreachable.host;
}
