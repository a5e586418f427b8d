/**
 * What the page needs of the container host behind it. `WorkerHost` implements it over two workers,
 * `FakeHost` without any machine; the view-models know only this.
 */
import type { HostFiles } from '../api/files.ts';
import type { ApiHandler } from '../api/http.ts';
import type { HostSessions, SavedTerminal } from '../api/sessions.ts';
import type { Disposable } from '../lib/disposable.ts';
import type { Duplex } from '../lib/duplex.ts';
import type { PublishedPort } from '../preview/published-port.ts';
import type { Mapping } from '../preview/rewrite-headers.ts';

export const bootPhases = ['downloading', 'booting', 'starting'] as const;
export type BootPhase = (typeof bootPhases)[number];

/** What a host tells while it lives. */
export interface HostEvents {
  phase(phase: BootPhase): void;
  /** Bytes as the network carried them, where the server says so. */
  downloaded(receivedBytes: number, totalBytes: number): void;
  /** Serial console text: the kernel log. */
  console(text: string): void;
  /** Whether what the machine stores outlives this page: another tab may have the site's disk. */
  disk(lasts: boolean): void;
  /** The host is gone after it was ready. */
  lost(cause: string): void;
}

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** A shell of the machine on a pty. */
export interface ShellConnection extends Duplex, Disposable {
  /** Names the shell in the session when the machine is saved. */
  readonly key?: string | undefined;
  /** What its terminal showed when the machine was saved that it went on from. */
  readonly before?: SavedTerminal | undefined;
  resize(size: TerminalSize): void;
  /** Resolves with the shell's exit code; rejects when the host is gone. */
  readonly exit: Promise<number>;
}

/** Output of a finished command line. */
export interface RunResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** One Engine API request from the page: no upgrade, the body whole. */
export interface EngineRequest {
  readonly method: string;
  /** Path with query: `/v1.51/containers/json?all=1`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface EngineResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface ContainerHost extends Disposable {
  /** Loads, boots and starts everything; rejects with the cause when a step fails. Called once. */
  boot(events: HostEvents): Promise<void>;
  /** May be called before `boot` is done, and waits for what a shell needs. */
  openShell(size: TerminalSize): Promise<ShellConnection>;
  /** Calls back at once and whenever the published ports change. */
  watchPorts(listener: (ports: readonly PublishedPort[]) => void): void;
  /** Serves a preview of a published port to whoever has the other end of `link`. */
  openPreview(mapping: Mapping, link: MessagePort): void;
  run(commandLine: string): Promise<RunResult>;
  engine(request: EngineRequest): Promise<EngineResponse>;
  /** Stops the processor, for whatever nobody looks at; what is asked of the machine waits. Idempotent, as `resume` is. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** The whole Engine API, bodies and upgrades streaming: what the views' `ApiClient` speaks to. Rejects when the host is gone. */
  readonly api: ApiHandler;
  /** The machine's files. */
  readonly files: HostFiles;
  /** Absent, the machine cannot be saved: it is an embed's. */
  readonly sessions?: HostSessions;
  /** Terminals of the session that the host goes on from; none when it boots. Known before there is a shell. */
  readonly savedTerminals?: Promise<readonly SavedTerminal[]>;
}
