/** Saved sessions, as the page and the machine's worker speak of them. */

/** Why a session cannot be restored here: another machine, another form of what is kept, or another build of what wrote it. */
export type SessionMismatch = 'machine' | 'format' | 'build';

/** What a terminal of the page showed when the machine was saved. */
export interface SavedTerminal {
  /** Of its shell: whoever gets the shell again shows it. */
  readonly key: string;
  /** What its tab was called; empty for a plain shell. */
  readonly title: string;
  /** Plain text of the screen and of what was above it. */
  readonly text: string;
}

export interface SessionInfo {
  readonly id: string;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly savedMs: number;
  /** What it takes of the browser's storage. */
  readonly sizeBytes: number;
  /** Names of the containers that run in it. */
  readonly running: readonly string[];
  readonly mismatch?: SessionMismatch;
}

export interface SaveSession {
  readonly name: string;
  /** Of a session that is replaced; a new one when absent. */
  readonly id?: string;
  readonly terminals?: readonly SavedTerminal[];
}

/** Sessions of one browser, whoever's machine they are of. */
export interface HostSessions {
  /** Saves the machine that runs, which stands still for a moment. */
  save(options: SaveSession): Promise<SessionInfo>;
  /** The youngest first. */
  list(): Promise<readonly SessionInfo[]>;
  rename(id: string, name: string): Promise<void>;
  remove(id: string): Promise<void>;
  /** A file with everything, images too. */
  exportFile(id: string): Promise<Blob>;
  /** Rejects `invalidParameter` or `dataLoss` for a file that is none or is damaged, and keeps nothing of it. */
  importFile(file: Blob): Promise<SessionInfo>;
}
