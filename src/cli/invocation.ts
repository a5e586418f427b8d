/**
 * What the `docker` command needs of whoever calls it: arguments, streams, a terminal and signals.
 * The machine's own `docker` program satisfies it, and so does a test with arrays.
 */
import type { ApiHandler } from '../api/http.ts';
import type { Disposable } from '../lib/disposable.ts';

export interface TerminalInfo {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly columns: number;
  readonly rows: number;
}

export interface CliInvocation {
  /** Without the program's own name. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  readonly stdin: ReadableStream<Uint8Array>;
  readonly stdout: WritableStream<Uint8Array>;
  readonly stderr: WritableStream<Uint8Array>;
  /** Which of the three are terminals, and the size of that terminal. */
  readonly terminal: TerminalInfo;
  setRawMode(raw: boolean): Promise<void>;
  onResize(listener: (columns: number, rows: number) => void): Disposable;
  onSignal(listener: (number: number) => void): Disposable;
  /** Aborted when the caller is gone. */
  readonly signal: AbortSignal;
}

/** The caller's files, for `--env-file`, `--cidfile` and their like. Paths are absolute. */
export interface CliFiles {
  /** Rejects with a KindError `notFound` when there is no such file. */
  readFile(path: string): Promise<Uint8Array>;
  writeFile(path: string, content: Uint8Array): Promise<void>;
  removeFile(path: string): Promise<void>;
}

export interface CliHost {
  readonly handler: ApiHandler;
  readonly files?: CliFiles;
  /** Milliseconds since 1970; a test's clock stands still. */
  readonly now?: () => number;
}
