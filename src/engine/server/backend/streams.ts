/** What attach and exec share: an upgraded stream and the size of a terminal. */
import type { Duplex } from '../../../lib/duplex.ts';

export interface AttachedStream {
  readonly duplex: Duplex;
  /** False with a terminal: bytes come as they are. */
  readonly multiplexed: boolean;
}

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}
