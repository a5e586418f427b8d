/**
 * A learning Ethernet switch that joins several machines into one LAN: a frame goes to the port where its destination was
 * last heard of, or to all but the one it came from (IEEE 802.1D, without spanning tree: ports are machines, not
 * switches, so there is no loop to cut).
 */
import type { Disposable } from '../lib/disposable.ts';
import { KindError } from '../lib/errors.ts';

/** 802.1D's: who was not heard of for so long may have moved. */
export const ageMsMax = 300_000;
/** Addresses remembered. Beyond, the one that was silent longest is forgotten: frames to it go everywhere. */
export const addressCountMax = 4096;
/** Bytes that may wait for one machine; what is more is lost, as in any switch. */
export const portQueueBytesMax = 1024 * 1024;
/** Machines on one LAN. */
export const portCountMax = 64;

/** Destination, source, EtherType. */
const headerBytes = 14;
const addressBytes = 6;

export interface SwitchPort extends Disposable {
  /** A frame from the machine. One that is too short to be one is dropped. The bytes must not change later. */
  receive(frame: Uint8Array): void;
}

export interface SwitchPortOptions {
  /** Hands a frame to the machine; resolves when there is room for the next. A rejection loses the frame. */
  readonly deliver: (frame: Uint8Array) => Promise<void>;
}

interface Port {
  readonly deliver: (frame: Uint8Array) => Promise<void>;
  queuedBytes: number;
}

interface Learned {
  readonly port: Port;
  readonly heardMs: number;
}

export class VirtualSwitch implements Disposable {
  readonly #now: () => number;
  readonly #ports = new Set<Port>();
  /** By address, the one heard of last at the end. */
  readonly #addresses = new Map<string, Learned>();
  #droppedCount = 0;

  /** `now`: milliseconds of any clock that only goes forward. */
  constructor(options: { readonly now: () => number }) {
    this.#now = options.now;
  }

  /** Frames that found a full queue or a machine that did not take them. */
  get droppedCount(): number {
    return this.#droppedCount;
  }

  get addressCount(): number {
    return this.#addresses.size;
  }

  /** Plugs a machine in. Throws `resourceExhausted` when there is no port left. */
  attach({ deliver }: SwitchPortOptions): SwitchPort {
    if (this.#ports.size >= portCountMax) {
      const message = `Cannot join LAN: all ${portCountMax} ports are taken`;
      throw new KindError('resourceExhausted', message);
    }
    const port: Port = { deliver, queuedBytes: 0 };
    this.#ports.add(port);
    return {
      receive: (frame) => this.#receive(port, frame),
      dispose: () => this.#detach(port),
    };
  }

  dispose(): void {
    this.#ports.clear();
    this.#addresses.clear();
  }

  #detach(port: Port): void {
    this.#ports.delete(port);
    for (const [address, learned] of this.#addresses)
      if (learned.port === port) this.#addresses.delete(address);
  }

  #receive(from: Port, frame: Uint8Array): void {
    if (!this.#ports.has(from) || frame.length < headerBytes) return;
    this.#learn(from, frame);
    const to = this.#find(frame);
    if (to !== undefined) {
      // To somebody beside the sender: it has it already.
      if (to !== from) this.#send(to, frame);
      return;
    }
    for (const port of this.#ports) if (port !== from) this.#send(port, frame);
  }

  #learn(port: Port, frame: Uint8Array): void {
    const address = addressAt(frame, addressBytes);
    if (isGroup(frame[addressBytes])) return;
    this.#addresses.delete(address);
    this.#addresses.set(address, { port, heardMs: this.#now() });
    if (this.#addresses.size <= addressCountMax) return;
    const [oldest] = this.#addresses.keys();
    if (oldest !== undefined) this.#addresses.delete(oldest);
  }

  /** Undefined: to everybody. */
  #find(frame: Uint8Array): Port | undefined {
    if (isGroup(frame[0])) return undefined;
    const address = addressAt(frame, 0);
    const learned = this.#addresses.get(address);
    if (learned === undefined) return undefined;
    if (this.#now() - learned.heardMs < ageMsMax) return learned.port;
    this.#addresses.delete(address);
    return undefined;
  }

  #send(port: Port, frame: Uint8Array): void {
    if (port.queuedBytes + frame.length > portQueueBytesMax) {
      this.#droppedCount += 1;
      return;
    }
    port.queuedBytes += frame.length;
    port.deliver(frame).then(
      () => (port.queuedBytes -= frame.length),
      () => {
        port.queuedBytes -= frame.length;
        this.#droppedCount += 1;
      },
    );
  }
}

function addressAt(frame: Uint8Array, offset: number): string {
  return String.fromCharCode(...frame.subarray(offset, offset + addressBytes));
}

/** Broadcast and multicast: nobody's own address. */
function isGroup(first: number | undefined): boolean {
  return ((first ?? 0) & 1) === 1;
}
