/**
 * What the API server needs of an engine. The server declares it and the engine satisfies it, so that
 * routes can be tested against a few lines of fake and say nothing of containers.
 */
import type {
  ContainerCreateRequest,
  ContainerCreateResponse,
  ContainerInspect,
  ContainersPruneResponse,
  ContainerSummary,
  ContainerTopResponse,
  ContainerWaitCondition,
  ContainerWaitResponse,
} from '../../api/container.ts';
import type { ExecCreateRequest, ExecInspect } from '../../api/exec.ts';
import type {
  ImageDeleteItem,
  ImageHistoryItem,
  ImageInspect,
  ImageSummary,
  JsonMessage,
} from '../../api/image.ts';
import type { EventMessage, SystemInfo, SystemVersion } from '../../api/system.ts';
import type {
  Volume,
  VolumeCreateRequest,
  VolumeListResponse,
  VolumesPruneResponse,
} from '../../api/volume.ts';
import type { Duplex } from '../../lib/duplex.ts';

/** `filters` of list, prune and events: each name with the values that may match. */
export type Filters = ReadonlyMap<string, readonly string[]>;

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
  readonly signal?: AbortSignal;
}

export interface AttachedStream {
  readonly duplex: Duplex;
  /** False with a terminal: bytes come as they are. */
  readonly multiplexed: boolean;
}

export interface ContainerLogsOptions {
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly follow: boolean;
  readonly timestamps: boolean;
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

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

export interface ContainerBackend {
  containerCreate(
    request: ContainerCreateRequest,
    options: { readonly name?: string; readonly platform?: string },
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
    options: { readonly force: boolean; readonly volumes: boolean },
  ): Promise<void>;
  containerRename(name: string, newName: string): Promise<void>;
  containerTop(name: string, psArgs: string): Promise<ContainerTopResponse>;
  containersPrune(filters: Filters): Promise<ContainersPruneResponse>;
}

export interface ExecBackend {
  execCreate(container: string, request: ExecCreateRequest): Promise<string>;
  /** Rejects when there is no such exec instance or it cannot be started; for before the hijack. */
  execCheck(id: string): Promise<void>;
  /** Runs it; with `detach` the stream is absent. */
  execStart(
    id: string,
    options: { readonly detach: boolean; readonly size?: TerminalSize },
  ): Promise<AttachedStream | undefined>;
  execResize(id: string, size: TerminalSize): Promise<void>;
  execInspect(id: string): Promise<ExecInspect>;
}

export interface ImagePullOptions {
  readonly reference: string;
  readonly platform?: string;
  /** Decoded `X-Registry-Auth`. */
  readonly auth?: { readonly username?: string; readonly password?: string };
  readonly onProgress: (message: JsonMessage) => void;
  readonly signal?: AbortSignal;
}

export interface ImageBackend {
  imagePull(options: ImagePullOptions): Promise<void>;
  imageList(options: {
    readonly all: boolean;
    readonly filters?: Filters;
  }): Promise<ImageSummary[]>;
  imageInspect(name: string): Promise<ImageInspect>;
  imageHistory(name: string): Promise<ImageHistoryItem[]>;
  imageTag(name: string, target: { readonly repo: string; readonly tag: string }): Promise<void>;
  imageRemove(
    name: string,
    options: { readonly force: boolean; readonly noPrune: boolean },
  ): Promise<ImageDeleteItem[]>;
}

export interface VolumeBackend {
  volumeCreate(request: VolumeCreateRequest): Promise<Volume>;
  volumeList(filters: Filters): Promise<VolumeListResponse>;
  volumeInspect(name: string): Promise<Volume>;
  volumeRemove(name: string, options: { readonly force: boolean }): Promise<void>;
  volumesPrune(filters: Filters): Promise<VolumesPruneResponse>;
}

export interface SystemBackend {
  systemInfo(): Promise<SystemInfo>;
  systemVersion(): Promise<SystemVersion>;
  systemEvents(options: {
    readonly sinceMs?: number;
    readonly untilMs?: number;
    readonly filters?: Filters;
    readonly signal?: AbortSignal;
  }): ReadableStream<EventMessage>;
}

export interface EngineBackend
  extends ContainerBackend, ExecBackend, ImageBackend, VolumeBackend, SystemBackend {}
