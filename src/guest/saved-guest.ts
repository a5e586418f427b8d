/**
 * The guest's side of a saved session: where the link to the agent stands, and the processes that go on when the machine
 * is restored. The agent's own end of it all lies in the machine's memory, so it need not know that it slept. Plain data,
 * for JSON; bytes are base64.
 */

export interface SavedLink {
  readonly instance: number;
  readonly frameSize: number;
  readonly sent: number;
  readonly acknowledged: number;
  readonly expected: number;
  readonly unreported: number;
  /** Frames that have their number and did not reach the card. */
  readonly untaken: readonly string[];
  /** Frames that wait for the window. */
  readonly queue: readonly string[];
}

export interface SavedReader {
  readonly credit: number;
  readonly consumed: number;
  readonly held: boolean;
  readonly ended: boolean;
  /** What came and nobody has read. */
  readonly unread: string;
}

export interface SavedStream {
  readonly id: number;
  readonly credit: readonly number[];
  readonly readers: readonly SavedReader[];
  /** A control message of which more is to come. */
  readonly fragments: string;
}

export interface SavedProcess {
  /** What it was run as: see `RunOptions.key`. */
  readonly key: string;
  readonly pid: number;
  /** Set when it ended and its output has not. */
  readonly exit?: { readonly code: number; readonly signal?: number };
  readonly stream: SavedStream;
}

export interface SavedGuest {
  readonly link: SavedLink;
  readonly streamIdNext: number;
  readonly processes: readonly SavedProcess[];
  /** Streams of whatever nobody goes on with: the agent is told so, and a `docker` program in what words. */
  readonly abandoned: readonly { readonly id: number; readonly text?: string }[];
}
