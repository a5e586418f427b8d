/** The way out of the machine, as its gateway needs it: over WISP in a page, directly in Node. */
import type { Disposable } from '../lib/disposable.ts';
import type { Duplex } from '../lib/duplex.ts';

/** The gateway's addresses on the machine's private network: its way out, and its name server. */
export const gatewayAddress = '10.0.2.2';
export const nameServerAddress = '10.0.2.3';
export const dnsPort = 53;

export interface EgressTarget {
  /** A name or an address. */
  readonly host: string;
  readonly port: number;
}

export interface Egress extends Disposable {
  /**
   * Opens a TCP connection. Rejects `forbidden` when the owner does not allow it, `resourceExhausted` beyond
   * a limit, and `unavailable` when the destination does not answer. Aborting the writable half resets it.
   */
  connect(target: EgressTarget): Promise<Duplex>;
  /**
   * Opens a flow of UDP datagrams, of which each chunk is one, both ways; what finds no room is lost. Rejects like
   * `connect`; a destination that refuses ends it with `unavailable`, `Connection refused`. Ends when it is silent.
   */
  openDatagrams(target: EgressTarget): Promise<Duplex>;
  /** Answers a DNS query, whole messages both ways. Rejects `unavailable` when the gateway is out of reach. */
  resolve(query: Uint8Array): Promise<Uint8Array>;
}

/** Undefined when the site's owner allows none. */
export type FindEgress = () => Promise<Egress | undefined>;
