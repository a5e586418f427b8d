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
  /** Until disposed of, a broken pipe is an error of the output stream; else it ends the caller, as SIGPIPE does. */
  catchBrokenPipe(): Disposable;
  /** Aborted when the caller is gone. */
  readonly signal: AbortSignal;
}

export interface CliFileStat {
  readonly type: 'file' | 'dir' | 'symlink' | 'char' | 'block' | 'fifo' | 'socket';
  /** Where a symbolic link points to. */
  readonly target?: string;
}

export interface WriteFileOptions {
  /** Of a new file; 0644 by default. */
  readonly mode?: number;
  /** Makes the folders above it, for their owner only. */
  readonly parents?: boolean;
}

/** The caller's files, for `--env-file`, `cp`, `save` and their like. Paths are absolute. */
export interface CliFiles {
  /** Rejects with a KindError `notFound` when there is no such file. */
  readFile(path: string): Promise<Uint8Array>;
  writeFile(path: string, content: Uint8Array, options?: WriteFileOptions): Promise<void>;
  removeFile(path: string): Promise<void>;
  /** Of the path itself, not of what a link points to. Rejects `notFound`. */
  stat(path: string): Promise<CliFileStat>;
  /** A file of any size. */
  openRead(path: string): Promise<ReadableStream<Uint8Array>>;
  /** Takes the place of the file when the source has ended, and not at all when it fails. */
  writeStream(path: string, source: ReadableStream<Uint8Array>): Promise<void>;
  /** A tar of the path; names are relative to its parent. */
  readTar(path: string): ReadableStream<Uint8Array>;
  /** Unpacks into an existing directory. */
  writeTar(directory: string, tar: ReadableStream<Uint8Array>): Promise<void>;
}

export interface CliHost {
  readonly handler: ApiHandler;
  readonly files?: CliFiles;
  /** Milliseconds since 1970; a test's clock stands still. */
  readonly now?: () => number;
}
