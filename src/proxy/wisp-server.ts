/**
 * The serving end of one WISP session: each stream is a connection of the client's way out, which holds the
 * policy. Nothing here knows what is allowed.
 */
import type { Egress } from '../egress/egress.ts';
import { dnsPort, gatewayAddress } from '../egress/egress.ts';
import { reasonOf } from '../egress/wisp-stream.ts';
import {
  clientPacketsMax,
  closeReason,
  encodePacket,
  packetDataBytesMax,
  packetType,
  parsePacket,
  streamType,
  type WispPacket,
} from '../egress/wisp-wire.ts';
import type { Disposable } from '../lib/disposable.ts';
import type { Duplex } from '../lib/duplex.ts';
import { KindError } from '../lib/errors.ts';

/** Packets of one stream that wait for their destination: with the client's own size of packets 512 KiB. */
export const serverPacketsMax = 32;
/** Streams of one session, name queries included. */
const streamsMax = 512;

export interface WispServerOptions {
  readonly egress: Egress;
  /** The client knows the extension. */
  readonly isFlowing: boolean;
  /** Resolves when there is room for more. */
  readonly send: (message: Uint8Array) => Promise<void>;
}

export class WispServer implements Disposable {
  readonly #options: WispServerOptions;
  readonly #streams = new Map<number, ServedStream>();

  constructor(options: WispServerOptions) {
    this.#options = options;
    this.#send({ type: packetType.continue, stream: 0, packets: serverPacketsMax });
  }

  /** Takes a message of the client's; what is no packet is ignored, as the protocol has no word for it. */
  take(message: Uint8Array): void {
    const packet = parsePacket(message);
    if (packet === undefined) return;
    if (packet.type === packetType.connect) this.#connect(packet);
    else this.#streams.get(packet.stream)?.take(packet);
  }

  dispose(): void {
    for (const stream of this.#streams.values()) stream.abort();
    this.#streams.clear();
  }

  #connect(packet: Extract<WispPacket, { type: typeof packetType.connect }>): void {
    const { stream: id, kind, host, port } = packet;
    const isDatagrams = kind === streamType.udp;
    const isQuery = isDatagrams && host === gatewayAddress && port === dnsPort;
    if (id === 0 || this.#streams.has(id) || (kind !== streamType.tcp && !isDatagrams)) {
      this.#send({ type: packetType.close, stream: id, reason: closeReason.invalid });
      return;
    }
    if (this.#streams.size >= streamsMax) {
      this.#send({ type: packetType.close, stream: id, reason: closeReason.throttled });
      return;
    }
    const { egress, isFlowing } = this.#options;
    const stream = new ServedStream({
      id,
      isFlowing,
      isDatagrams,
      send: (answer) => this.#send(answer),
      forget: () => void this.#streams.delete(id),
    });
    this.#streams.set(id, stream);
    if (isQuery) stream.answer((query) => egress.resolve(query));
    else if (isDatagrams) void stream.serve(egress.openDatagrams({ host, port }));
    else void stream.serve(egress.connect({ host, port }));
  }

  #send(packet: WispPacket): Promise<void> {
    return this.#options.send(encodePacket(packet)).catch(() => undefined);
  }
}

interface ServedStreamOptions {
  readonly id: number;
  readonly isFlowing: boolean;
  /** Of UDP: each packet is a datagram, and one without room is lost. */
  readonly isDatagrams: boolean;
  readonly send: (packet: WispPacket) => Promise<void>;
  readonly forget: () => void;
}

class ServedStream {
  readonly #options: ServedStreamOptions;
  #answer: ((query: Uint8Array) => Promise<Uint8Array>) | undefined;
  #queue: Uint8Array[] = [];
  #inputEnded = false;
  #inputWaits: () => void = () => undefined;
  /** Packets that the client may still send, as far as it has heard. */
  #granted = serverPacketsMax;
  #credit: number;
  #creditWaits: () => void = () => undefined;
  #writer: WritableStreamDefaultWriter<Uint8Array> | undefined;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #over = false;

  constructor(options: ServedStreamOptions) {
    this.#options = options;
    this.#credit = options.isFlowing ? clientPacketsMax : Infinity;
  }

  /** A stream of name queries, each answered by itself. */
  answer(answer: (query: Uint8Array) => Promise<Uint8Array>): void {
    this.#answer = answer;
  }

  /** Carries bytes both ways until both halves are over. */
  async serve(connecting: Promise<Duplex>): Promise<void> {
    try {
      const connection = await connecting;
      this.#writer = connection.writable.getWriter();
      this.#reader = connection.readable.getReader();
      if (this.#over) {
        this.#abortConnection();
        return;
      }
      // Of UDP it only says that the stream is open, and version 1 has no word for that.
      if (!this.#options.isDatagrams || this.#options.isFlowing) this.#tellRoom();
      await Promise.all([this.#pumpIn(this.#writer), this.#pumpOut(this.#reader)]);
      this.close(closeReason.voluntary);
    } catch (error) {
      const isOpen = this.#writer !== undefined && !this.#options.isDatagrams;
      this.close(!isOpen && error instanceof KindError ? reasonOf(error) : closeReason.network);
      this.#abortConnection();
    }
  }

  take(packet: WispPacket): void {
    if (packet.type === packetType.close) {
      this.abort();
      this.#options.forget();
    } else if (packet.type === packetType.continue) {
      this.#credit += packet.packets;
      this.#creditWaits();
    } else if (packet.type === packetType.data) this.#takeData(packet.bytes);
  }

  /** Tells the client that the stream is over. Idempotent. */
  close(reason: number): void {
    if (this.#over) return;
    this.#end();
    this.#options.forget();
    void this.#options.send({ type: packetType.close, stream: this.#options.id, reason });
  }

  abort(): void {
    this.#end();
    this.#abortConnection();
  }

  #abortConnection(): void {
    // Whatever still runs on it hears of it by itself.
    this.#writer?.abort().catch(() => undefined);
    this.#reader?.cancel().catch(() => undefined);
  }

  #end(): void {
    this.#over = true;
    this.#queue = [];
    this.#inputWaits();
    this.#creditWaits();
  }

  #takeData(bytes: Uint8Array): void {
    if (this.#over || this.#inputEnded) return;
    if (this.#answer !== undefined) {
      void this.#answerQuery(bytes.slice());
      return;
    }
    const { isFlowing, isDatagrams } = this.#options;
    if (bytes.length === 0 && !isDatagrams) {
      this.#inputEnded = isFlowing;
    } else if (this.#queue.length >= 2 * serverPacketsMax) {
      if (isDatagrams) return;
      // Twice, because what was on its way when CONTINUE was sent counts too.
      this.close(closeReason.throttled);
      this.#abortConnection();
      return;
    } else {
      this.#queue.push(bytes.slice());
      this.#granted -= 1;
    }
    this.#inputWaits();
  }

  async #answerQuery(query: Uint8Array): Promise<void> {
    const answer = await this.#answer?.(query).catch(() => undefined);
    if (answer === undefined) this.close(closeReason.unreachable);
    else
      await this.#options.send({ type: packetType.data, stream: this.#options.id, bytes: answer });
  }

  async #pumpIn(writer: WritableStreamDefaultWriter<Uint8Array>): Promise<void> {
    for (;;) {
      const bytes = this.#queue.shift();
      if (bytes !== undefined) {
        await writer.write(bytes);
        if (this.#options.isDatagrams) continue;
        const half = serverPacketsMax / 2;
        if (this.#granted <= half && this.#queue.length <= half) this.#tellRoom();
      } else if (this.#over) {
        return;
      } else if (this.#inputEnded) {
        await writer.close();
        return;
      } else {
        await new Promise<void>((resolve) => (this.#inputWaits = resolve));
      }
    }
  }

  async #pumpOut(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    const { id, isFlowing, isDatagrams, send } = this.#options;
    for (;;) {
      const { value: chunk } = await reader.read();
      if (chunk === undefined) break;
      const step = isDatagrams ? Math.max(1, chunk.length) : packetDataBytesMax;
      for (let at = 0; at < Math.max(1, chunk.length); at += step) {
        while (this.#credit <= 0 && !this.#over)
          await new Promise<void>((resolve) => (this.#creditWaits = resolve));
        if (this.#over) return;
        this.#credit -= 1;
        const bytes = chunk.subarray(at, at + step);
        await send({ type: packetType.data, stream: id, bytes });
      }
    }
    if (isFlowing && !isDatagrams)
      await send({ type: packetType.data, stream: id, bytes: new Uint8Array() });
    // A client of plain version 1 can only be told that all is over.
    else this.close(closeReason.voluntary);
  }

  #tellRoom(): void {
    this.#granted = Math.max(1, serverPacketsMax - this.#queue.length);
    void this.#options.send({
      type: packetType.continue,
      stream: this.#options.id,
      packets: this.#granted,
    });
  }
}
