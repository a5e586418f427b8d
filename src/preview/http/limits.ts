/** What a previewed server may cost. Each number has its reason. */
import type { ChunkLimits } from '../../lib/http/body-reader.ts';

export interface HttpClientLimits extends ChunkLimits {
  /** Status line and fields together: Chromium's own. */
  readonly headBytesMax: number;
  /** Responses of 1xx before the one that counts; servers send one or two. */
  readonly informationalCountMax: number;
  /** Connections to one port at a time: streams of events hold theirs, so more than the six of a browser. */
  readonly connectionCountMax: number;
  /** Requests that wait for a connection; beyond them a page is in a loop. */
  readonly waitingCountMax: number;
  /** An idle connection is kept so long: most servers keep theirs longer, Node 5 s. */
  readonly idleMs: number;
}

export const httpClientLimits: HttpClientLimits = {
  chunkLineBytesMax: 4096,
  trailerBytesMax: 64 * 1024,
  headBytesMax: 256 * 1024,
  informationalCountMax: 16,
  connectionCountMax: 64,
  waitingCountMax: 1024,
  idleMs: 4000,
};
