/** What the routes under `/containers` need of an engine. */
import type {
  ContainerChange,
  ContainerCreateRequest,
  ContainerCreateResponse,
  ContainerInspect,
  ContainerPathStat,
  ContainersPruneResponse,
  ContainerSummary,
  ContainerTopResponse,
  ContainerUpdateRequest,
  ContainerUpdateResponse,
  ContainerWaitCondition,
  ContainerWaitResponse,
} from '../../../api/container.ts';
import type { ContainerStats } from '../../../api/stats.ts';
import type { Filters } from './filters.ts';
import type { AttachedStream, TerminalSize } from './streams.ts';

export interface ContainerListOptions {
  readonly all?: boolean;
  readonly limit?: number;
  readonly size?: boolean;
  readonly filters?: Filters;
}

export interface ContainerAttachOptions {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  /** Replay what was logged. */
  readonly logs: boolean;
  /** Go on with what comes. */
  readonly stream: boolean;
  /** `ctrl-p,ctrl-q` when absent; empty for none. */
  readonly detachKeys?: string;
  /** False keeps the two outputs apart no more, as over a WebSocket. */
  readonly multiplex?: boolean;
  readonly signal?: AbortSignal;
}

export interface ContainerLogsOptions {
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly follow: boolean;
  readonly timestamps: boolean;
  /** Put the attributes that the log driver keeps before each line. */
  readonly details?: boolean;
  /** Number of last lines; absent is all. */
  readonly tail?: number;
  /** Milliseconds since 1970. */
  readonly sinceMs?: number;
  readonly untilMs?: number;
  readonly signal?: AbortSignal;
}

export interface LogsStream {
  readonly readable: ReadableStream<Uint8Array>;
  readonly multiplexed: boolean;
}

export interface ContainerStopOptions {
  readonly signal?: string;
  /** -1 waits for ever; absent is the container's own or 10. */
  readonly timeoutSeconds?: number;
}

export interface ContainerStatsOptions {
  readonly stream: boolean;
  /** At once, without a reading before to compare with. */
  readonly oneShot: boolean;
  readonly signal?: AbortSignal;
}

export interface ContainerExtractOptions {
  /** A directory of the container. */
  readonly path: string;
  /** Compressed or not. */
  readonly tar: AsyncIterable<Uint8Array>;
  readonly noOverwriteDirNonDir: boolean;
  /** Give everything to the container's user. */
  readonly copyUidGid: boolean;
}

export interface ContainerCreateOptions {
  readonly name?: string;
  readonly platform?: string;
  /** Read-only binds leave what is mounted below them as it is: what clients before API 1.44 expect. */
  readonly readOnlyNonRecursive?: boolean;
}

export interface ContainerBackend {
  containerCreate(
    request: ContainerCreateRequest,
    options: ContainerCreateOptions,
  ): Promise<ContainerCreateResponse>;
  containerList(options: ContainerListOptions): Promise<ContainerSummary[]>;
  containerInspect(name: string, options: { readonly size: boolean }): Promise<ContainerInspect>;
  containerStart(name: string): Promise<void>;
  containerAttach(name: string, options: ContainerAttachOptions): Promise<AttachedStream>;
  containerResize(name: string, size: TerminalSize): Promise<void>;
  /** Resolves when the container is known and waited for; `result` settles when the condition holds. */
  containerWait(
    name: string,
    options: { readonly condition: ContainerWaitCondition; readonly signal?: AbortSignal },
  ): Promise<{ readonly result: Promise<ContainerWaitResponse> }>;
  containerLogs(name: string, options: ContainerLogsOptions): Promise<LogsStream>;
  containerKill(name: string, options: { readonly signal?: string }): Promise<void>;
  containerStop(name: string, options: ContainerStopOptions): Promise<void>;
  containerRestart(name: string, options: ContainerStopOptions): Promise<void>;
  containerPause(name: string): Promise<void>;
  containerUnpause(name: string): Promise<void>;
  containerRemove(
    name: string,
    options: { readonly force: boolean; readonly volumes: boolean; readonly link: boolean },
  ): Promise<void>;
  containerRename(name: string, newName: string): Promise<void>;
  /** Resources that are zero or absent, and an absent restart policy, stay as they are. */
  containerUpdate(name: string, changes: ContainerUpdateRequest): Promise<ContainerUpdateResponse>;
  containerTop(name: string, psArgs: string): Promise<ContainerTopResponse>;
  containerStatPath(name: string, path: string): Promise<ContainerPathStat>;
  /** The stream holds the container's files open until it ends or is cancelled. */
  containerArchivePath(
    name: string,
    path: string,
  ): Promise<{ readonly stat: ContainerPathStat; readonly tar: ReadableStream<Uint8Array> }>;
  containerExtractToDir(name: string, options: ContainerExtractOptions): Promise<void>;
  containerChanges(name: string): Promise<readonly ContainerChange[] | null>;
  containerExport(name: string): Promise<ReadableStream<Uint8Array>>;
  containerStats(
    name: string,
    options: ContainerStatsOptions,
  ): Promise<ReadableStream<ContainerStats>>;
  containersPrune(filters: Filters): Promise<ContainersPruneResponse>;
}
