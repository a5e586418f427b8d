/** One stream of a WISP session as a pair of byte streams, with back-pressure both ways; or as a flow of datagrams. */
import type { Duplex } from '../lib/duplex.ts';
import { KindError } from '../lib/errors.ts';
import { deferred } from '../guest/deferred.ts';
import {
  clientPacketsMax,
  closeReason,
  packetDataBytesMax,
  packetType,
  type WispPacket,
} from './wisp-wire.ts';

/** Consumed packets are told to the server so many at a time. */
const packetsPerGrant = clientPacketsMax / 2;
/** A server of plain version 1 cannot be told to wait: beyond so many unread packets the stream is given up. */
const unreadPacketsMax = 256;

export interface WispStreamOptions {
  readonly id: number;
  /** Packets that the server takes at first. */
  readonly packetsMax: number;
  /** The server knows the extension. */
  readonly isFlowing: boolean;
  /** Of UDP: each packet is a datagram, an empty one too; none waits for room, and the stream has one end. */
  readonly isDatagrams: boolean;
  readonly send: (packet: WispPacket) => void;
  readonly forget: () => void;
}

export class WispStream implements Duplex {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  /** Resolves when the other end is reached; rejects with the reason when it is not. */
  readonly opened: Promise<void>;
  readonly #options: WispStreamOptions;
  readonly #opening = deferred<void>();
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #unread: Uint8Array[] = [];
  #wanted = false;
  #consumed = 0;
  #remaining: number;
  #wake: () => void = () => undefined;
  #readEnded = false;
  #writeEnded = false;
  #over = false;
  #error: KindError | undefined;

  constructor(options: WispStreamOptions) {
    this.#options = options;
    this.#remaining = options.packetsMax;
    this.opened = this.#opening.promise;
    this.opened.catch(() => undefined);
    if (!options.isFlowing) this.#opening.resolve();
    this.readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => {
          this.#wanted = true;
          this.#deliver();
        },
        cancel: () => this.close(closeReason.voluntary),
      },
      { highWaterMark: 0 },
    );
    this.writable = new WritableStream<Uint8Array>({
      write: (chunk) => this.#write(chunk),
      close: () => this.#endWriting(),
      abort: () => this.close(closeReason.clientError),
    });
  }

  take(packet: WispPacket): void {
    if (packet.type === packetType.data) this.#takeData(packet.bytes);
    else if (packet.type === packetType.continue) {
      this.#remaining = packet.packets;
      this.#opening.resolve();
      this.#wake();
    } else if (packet.type === packetType.close) {
      this.#finish(packet.reason === closeReason.voluntary ? undefined : closeError(packet.reason));
    }
  }

  /** Gives the stream up and tells the server. Idempotent. */
  close(reason: number): void {
    if (this.#over) return;
    this.#options.send({ type: packetType.close, stream: this.#options.id, reason });
    this.#finish(new KindError('cancelled', 'Connection was given up'));
  }

  /** The session is gone. */
  lose(error: KindError): void {
    this.#finish(error);
  }

  #takeData(bytes: Uint8Array): void {
    const { isFlowing, isDatagrams } = this.#options;
    if (bytes.length === 0 && isFlowing && !isDatagrams) {
      this.#endReading();
      return;
    }
    if (this.#readEnded) return;
    if (this.#unread.length >= unreadPacketsMax) {
      if (isDatagrams) return;
      this.close(closeReason.clientError);
      return;
    }
    this.#unread.push(bytes);
    this.#deliver();
  }

  #deliver(): void {
    const chunk = this.#wanted ? this.#unread.shift() : undefined;
    if (chunk !== undefined) {
      this.#wanted = false;
      this.#controller?.enqueue(chunk);
      this.#grant();
    }
    if (this.#unread.length > 0 || !this.#readEnded) return;
    const controller = this.#controller;
    this.#controller = undefined;
    if (this.#error === undefined) controller?.close();
    else controller?.error(this.#error);
  }

  #grant(): void {
    this.#consumed += 1;
    if (this.#consumed < packetsPerGrant || !this.#options.isFlowing || this.#over) return;
    const packets = this.#consumed;
    this.#consumed = 0;
    this.#options.send({ type: packetType.continue, stream: this.#options.id, packets });
  }

  async #write(chunk: Uint8Array): Promise<void> {
    if (this.#options.isDatagrams) {
      if (this.#over) throw this.#error ?? new KindError('unavailable', 'Connection is closed');
      this.#options.send({ type: packetType.data, stream: this.#options.id, bytes: chunk });
      return;
    }
    for (let at = 0; at < chunk.length; at += packetDataBytesMax) {
      while (this.#remaining <= 0 && !this.#over)
        await new Promise<void>((resolve) => (this.#wake = resolve));
      if (this.#over) throw this.#error ?? new KindError('unavailable', 'Connection is closed');
      this.#remaining -= 1;
      const bytes = chunk.subarray(at, at + packetDataBytesMax);
      this.#options.send({ type: packetType.data, stream: this.#options.id, bytes });
    }
  }

  #endWriting(): void {
    if (this.#over) return;
    const { id, isFlowing, isDatagrams, send } = this.#options;
    if (isDatagrams) {
      this.close(closeReason.voluntary);
      return;
    }
    this.#writeEnded = true;
    if (isFlowing) send({ type: packetType.data, stream: id, bytes: new Uint8Array() });
    this.#closeIfDone();
  }

  #endReading(): void {
    this.#readEnded = true;
    this.#deliver();
    this.#closeIfDone();
  }

  #closeIfDone(): void {
    if (!this.#readEnded || !this.#writeEnded || this.#over) return;
    const { id, send } = this.#options;
    send({ type: packetType.close, stream: id, reason: closeReason.voluntary });
    this.#leave();
  }

  #finish(error: KindError | undefined): void {
    if (this.#over) return;
    this.#error = error;
    this.#leave();
    this.#opening.reject(error ?? new KindError('unavailable', 'Connection was closed'));
    // What came before an end is still to be read; before a failure it is not.
    if (error !== undefined) this.#unread = [];
    this.#readEnded = true;
    this.#deliver();
    this.#wake();
  }

  #leave(): void {
    this.#over = true;
    this.#options.forget();
  }
}

export function closeError(reason: number): KindError {
  switch (reason) {
    case closeReason.blocked:
      return new KindError('forbidden', 'Connection is not allowed by the gateway');
    case closeReason.refused:
      return new KindError('unavailable', 'Connection refused');
    case closeReason.unreachable:
      return new KindError('unavailable', 'No route to host');
    case closeReason.timeout:
    case closeReason.idle:
      return new KindError('unavailable', 'Connection timed out');
    case closeReason.throttled:
      return new KindError('resourceExhausted', 'Gateway has enough connections');
    case closeReason.invalid:
      return new KindError('invalidParameter', 'Destination is invalid');
    default:
      return new KindError('unavailable', 'Connection was reset');
  }
}

/** The reason that tells an error best. */
export function reasonOf(error: KindError): number {
  if (error.kind === 'forbidden') return closeReason.blocked;
  if (error.kind === 'resourceExhausted') return closeReason.throttled;
  if (error.kind === 'invalidParameter') return closeReason.invalid;
  if (error.kind === 'cancelled') return closeReason.timeout;
  return /refused/i.test(error.message) ? closeReason.refused : closeReason.unreachable;
}
