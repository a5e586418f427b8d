/** The way out over a WebSocket that speaks WISP: opened when it is first needed, and again when it was lost. */
import { deferred } from '../guest/deferred.ts';
import type { Duplex } from '../lib/duplex.ts';
import { KindError, errorMessage } from '../lib/errors.ts';
import { dnsPort, gatewayAddress, type Egress, type EgressTarget } from './egress.ts';
import { WispStream } from './wisp-stream.ts';
import {
  closeReason,
  encodePacket,
  flowProtocol,
  packetType,
  parsePacket,
  streamType,
  type WispPacket,
} from './wisp-wire.ts';

/** What a WebSocket is to us, in a browser or in Node. */
export interface WispSocket {
  /** The subprotocol that the server chose; empty for none. */
  readonly protocol: string;
  send(message: Uint8Array): void;
  close(): void;
}

export interface WispSocketEvents {
  onMessage(message: Uint8Array): void;
  /** Once, however it ends. */
  onClose(cause: string): void;
}

/** Resolves when it is open; rejects when it cannot be opened. */
export type OpenWispSocket = (events: WispSocketEvents) => Promise<WispSocket>;

/** Streams at a time: what one machine's listener lets in, and its name queries. */
const streamsMax = 512;
/** A gateway that does not answer is told apart from one that is slow. */
const greetingTimeoutMs = 15_000;
const resolveTimeoutMs = 10_000;

export class WispClient implements Egress {
  readonly #open: OpenWispSocket;
  #session: Promise<WispSession> | undefined;
  #disposed = false;

  constructor(open: OpenWispSocket) {
    this.#open = open;
  }

  connect(target: EgressTarget): Promise<Duplex> {
    return this.#openStream(target, streamType.tcp);
  }

  openDatagrams(target: EgressTarget): Promise<Duplex> {
    return this.#openStream(target, streamType.udp);
  }

  async resolve(query: Uint8Array): Promise<Uint8Array> {
    const session = await this.#connected();
    const stream = session.openStream({
      kind: streamType.udp,
      host: gatewayAddress,
      port: dnsPort,
    });
    const timer = setTimeout(() => stream.close(closeReason.timeout), resolveTimeoutMs);
    try {
      const writer = stream.writable.getWriter();
      await writer.write(query);
      const { value } = await stream.readable.getReader().read();
      if (value === undefined) throw new KindError('unavailable', 'Gateway did not answer');
      return value;
    } finally {
      clearTimeout(timer);
      stream.close(closeReason.voluntary);
    }
  }

  dispose(): void {
    this.#disposed = true;
    void this.#session?.then(
      (session) => session.dispose(),
      () => undefined,
    );
  }

  async #openStream({ host, port }: EgressTarget, kind: number): Promise<Duplex> {
    const session = await this.#connected();
    const stream = session.openStream({ kind, host, port });
    await stream.opened;
    return stream;
  }

  #connected(): Promise<WispSession> {
    if (this.#disposed)
      return Promise.reject(new KindError('unavailable', 'Way out is closed: it was disposed'));
    this.#session ??= WispSession.open(this.#open, () => (this.#session = undefined));
    return this.#session;
  }
}

class WispSession {
  readonly #streams = new Map<number, WispStream>();
  #socket: WispSocket | undefined;
  #idNext = 1;
  #packetsMax = 0;

  static async open(open: OpenWispSocket, onLost: () => void): Promise<WispSession> {
    const session = new WispSession();
    const greeting = deferred<number>();
    greeting.promise.catch(() => undefined);
    const timer = setTimeout(
      () => greeting.reject(new KindError('unavailable', 'Gateway does not speak WISP')),
      greetingTimeoutMs,
    );
    try {
      session.#socket = await open({
        onMessage: (message) => {
          const packet = parsePacket(message);
          if (packet?.type === packetType.continue && packet.stream === 0)
            greeting.resolve(packet.packets);
          else if (packet !== undefined) session.#streams.get(packet.stream)?.take(packet);
        },
        onClose: (cause) => {
          const error = new KindError('unavailable', `Gateway is gone: ${cause}`);
          greeting.reject(error);
          session.#lose(error);
          onLost();
        },
      });
      session.#packetsMax = await greeting.promise;
      return session;
    } catch (error) {
      session.#socket?.close();
      onLost();
      const message = `Cannot reach the gateway: ${errorMessage(error)}`;
      throw new KindError('unavailable', message, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }

  openStream({ kind, host, port }: EgressTarget & { readonly kind: number }): WispStream {
    if (this.#streams.size >= streamsMax)
      throw new KindError('resourceExhausted', `Too many connections: ${this.#streams.size}`);
    const id = this.#idNext;
    this.#idNext = this.#idNext === 0xffff_ffff ? 1 : this.#idNext + 1;
    const stream = new WispStream({
      id,
      packetsMax: this.#packetsMax,
      isDatagrams: kind === streamType.udp,
      isFlowing: this.#socket?.protocol === flowProtocol,
      send: (packet) => this.#send(packet),
      forget: () => void this.#streams.delete(id),
    });
    this.#streams.set(id, stream);
    this.#send({ type: packetType.connect, stream: id, kind, host, port });
    return stream;
  }

  dispose(): void {
    this.#socket?.close();
    this.#lose(new KindError('unavailable', 'Way out is closed: it was disposed'));
  }

  #send(packet: WispPacket): void {
    this.#socket?.send(encodePacket(packet));
  }

  #lose(error: KindError): void {
    for (const stream of this.#streams.values()) stream.lose(error);
  }
}
