/** A pair of byte streams with back-pressure: what a socket, an attached container or a shell is. */

export interface Duplex {
  /** Bytes from the other side; ends when the other side ends its half. */
  readonly readable: ReadableStream<Uint8Array>;
  /** Bytes to the other side; closing it ends only this half. */
  readonly writable: WritableStream<Uint8Array>;
}
