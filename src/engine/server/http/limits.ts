/** What one HTTP connection may cost. Each number has its reason; time-outs are in milliseconds. */

export interface HttpLimits {
  /** Request line and headers together. Go's default, so what dockerd takes is taken. */
  readonly headBytesMax: number;
  /** One line of a chunked body: size and extensions. Go's own limit. */
  readonly chunkLineBytesMax: number;
  /** Trailer fields after a chunked body; none is ever needed. */
  readonly trailerBytesMax: number;
  /**
   * From the first byte of a request to the end of its headers: dockerd's, against clients that trickle. A silent
   * client is left alone between requests and within bodies, as dockerd does: a person may be typing.
   */
  readonly headTimeoutMs: number;
  /** Of a body that no route read; beyond it the connection is closed rather than drained. Go's. */
  readonly drainBytesMax: number;
}

export const httpLimits: HttpLimits = {
  headBytesMax: 1024 * 1024,
  chunkLineBytesMax: 4096,
  trailerBytesMax: 64 * 1024,
  headTimeoutMs: 5 * 60 * 1000,
  drainBytesMax: 256 * 1024,
};
