/** Sockets that the agent opens in a network namespace of the machine, as the host sees them. */
import type { Disposable } from '../lib/disposable.ts';
import type { Duplex } from '../lib/duplex.ts';

/** The network namespace of a process, or the one behind a path; by default the machine's own. */
export interface NetworkPlace {
  readonly netnsPid?: number;
  /** A file of nsfs: `/proc/12/ns/net`, or what it is bound to. */
  readonly netnsPath?: string;
}

export interface SocketAddress {
  /** An IPv4 or IPv6 address, not a name. */
  readonly host: string;
  readonly port: number;
}

/** Port 0 picks a free one. */
export interface ListenOptions extends NetworkPlace, SocketAddress {}

/** A connection that the machine's kernel has accepted. Closing both halves ends it. */
export interface AcceptedConnection extends Duplex {
  readonly peer: SocketAddress;
  /** Where the peer meant to go: what the kernel's address translation led here is told apart. */
  readonly target: SocketAddress;
  /** Ends it with a TCP reset, which the peer sees as an error. */
  reset(): void;
}

/** Connections beyond those in protocol.ts wait in the kernel. Disposed, it takes no more; those it has live on. */
export interface SocketListener extends Disposable {
  readonly port: number;
}

export interface EthernetOptions extends NetworkPlace {
  /** Of an interface that is not there yet; at most 15 characters. */
  readonly name: string;
}

/** The other end of a network interface's cable. Disposed, the interface is gone. */
export interface EthernetPort extends Disposable {
  /** What the interface sends. What nobody reads waits in the kernel, which drops what is too much. */
  readonly readable: ReadableStream<Uint8Array>;
  /** Resolves when the frame is on its way; rejects `invalidParameter` for one that is too long. */
  send(frame: Uint8Array): Promise<void>;
}

export interface Datagram {
  readonly peer: SocketAddress;
  readonly bytes: Uint8Array;
}

/** What nobody reads waits in the kernel, which drops what is too much. */
export interface DatagramSocket extends Disposable {
  readonly port: number;
  readonly readable: ReadableStream<Datagram>;
  /** Resolves when it is on its way. */
  send(datagram: Datagram): Promise<void>;
}
