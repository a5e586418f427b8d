/**
 * What the page says to its two workers: the interfaces that comlink carries. The workers talk to each
 * other over a port of their own, so no frame and no layer byte ever passes the page's thread.
 */
import type { SavedTerminal, SaveSession, SessionInfo } from '../api/sessions.ts';
import type { PortAnswer, PortRequest } from '../client/request-port.ts';
import type { PublishedPort } from '../preview/published-port.ts';
import type { Mapping } from '../preview/rewrite-headers.ts';
import type { EngineRequest, EngineResponse, RunResult, TerminalSize } from './container-host.ts';

export interface VmWorkerEvents {
  downloaded(receivedBytes: number, totalBytes: number): void;
  /** All is downloaded, the processor starts. */
  booting(): void;
  /** Whether the disk outlives this tab: another one may own the stored one. */
  disk(lasts: boolean): void;
  console(text: string): void;
  /** The machine stopped by itself. */
  failed(cause: string): void;
}

/** What the engine's worker says for a session that is saved. */
export interface HostNotes {
  /** For the engine's worker alone. */
  readonly host: string;
  /** Names of containers. */
  readonly running: readonly string[];
  /** By their digests. */
  readonly layers: readonly string[];
  readonly images: readonly string[];
}

export interface RestoredSession {
  /** What the engine's worker said when it was saved. */
  readonly host: string;
  readonly terminals: readonly SavedTerminal[];
}

/** A machine's worker that was there first, and what the page downloads for it. */
export interface EarlyMachine {
  readonly worker: Worker;
  /** Leads to the downloads, which comlink carries to the worker. */
  readonly assetPort: MessagePort;
  /** Bytes as the network carries them, those until now at once. */
  onProgress(listener: (receivedBytes: number, totalBytes: number) => void): void;
}

export interface VmWorkerOptions {
  /** Where the page's files are: its address without query and fragment. */
  readonly baseUrl: string;
  /** Carries the machine, as src/vm/port-machine.ts speaks it. */
  readonly machinePort: MessagePort;
  /** When there is one, disk and images are in memory, and neither read nor kept for other tabs; it joins the workers. */
  readonly memoryPort?: MessagePort;
  /** Where what the page downloads comes from; without, the worker downloads. */
  readonly assetPort?: MessagePort;
}

export interface VmWorkerApi {
  /** Downloads and starts the machine; resolves when its processor runs. */
  boot(options: VmWorkerOptions, events: VmWorkerEvents): Promise<void>;
  /** Fetches the programs that people use every day, so that they start at once, and offline. */
  prefetch(): Promise<void>;
  /** Stops the processor; before the boot is done it does nothing. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Reads and checks a session, for `boot` to go on from; resolves with what the others need of it. */
  openSession(id: string): Promise<RestoredSession>;
  /** Takes everything of this moment from a machine that is paused. */
  captureSession(): Promise<void>;
  /** Stores what was captured. */
  storeSession(options: SaveSession, notes: HostNotes): Promise<SessionInfo>;
  sessions(): Promise<readonly SessionInfo[]>;
  renameSession(id: string, name: string): Promise<void>;
  removeSession(id: string): Promise<void>;
  exportSession(id: string): Promise<Blob>;
  importSession(file: Blob): Promise<SessionInfo>;
}

export interface EngineWorkerOptions {
  readonly baseUrl: string;
  readonly machinePort: MessagePort;
  readonly memoryPort?: MessagePort;
  /** The machine goes on from a session: what `VmWorkerApi.openSession` gave as `host`. */
  readonly saved?: string;
}

export interface EngineWorkerEvents {
  /** The agent in the machine answered: what is left is the shell. */
  booted(): void;
  /** The engine could not set the machine up. */
  failed(cause: string): void;
}

export interface OpenedShell {
  readonly shell: number;
  /** Names it in the session when the machine is saved. */
  readonly key: string | undefined;
}

export interface EngineWorkerApi {
  /** What the machine's worker says of the disk: containers and volumes are kept where it is kept. */
  disk(lasts: boolean): Promise<void>;
  /** Resolves when the shell shows its prompt; the engine may still have something to do. */
  start(options: EngineWorkerOptions, events: EngineWorkerEvents): Promise<void>;
  /** Opens a shell, as soon as there is a machine, whose bytes go over `port` (src/lib/port-duplex.ts); resolves with its number. */
  openShell(size: TerminalSize, port: MessagePort): Promise<OpenedShell>;
  /** Unknown numbers are ignored: the shell may just have ended. */
  resizeShell(shell: number, size: TerminalSize): Promise<void>;
  /** Resolves with the exit code when the shell ended. */
  waitShell(shell: number): Promise<number>;
  /** Calls back at once and whenever the published ports change, as long as the worker lives. */
  watchPorts(listener: (ports: readonly PublishedPort[]) => void): Promise<void>;
  /** Serves a preview over `link` (src/preview/protocol.ts). */
  openPreview(mapping: Mapping, link: MessagePort): Promise<void>;
  /** Stands engine and machine still; `releaseMachine` must follow. */
  holdMachine(): Promise<HostNotes>;
  releaseMachine(): Promise<void>;
  /** Sessions came or went: what they need is kept, what only they needed may go. */
  sessionsChanged(): Promise<void>;
  run(commandLine: string): Promise<RunResult>;
  engine(request: EngineRequest): Promise<EngineResponse>;
  /** Gives whoever has the other end of `port` the machine's files, as a comlink object (src/api/files.ts). */
  openFiles(port: MessagePort): Promise<void>;
  /** One request with bodies that stream over `port` (src/client/request-port.ts). */
  request(request: PortRequest, port: MessagePort): Promise<PortAnswer>;
}
