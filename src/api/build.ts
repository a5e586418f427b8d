/**
 * Wire types of building: what `POST /build` streams. The progress is BuildKit's own: the messages that
 * `docker build --progress rawjson` prints, each sent as the `aux` of a message whose id is `moby.buildkit.trace`.
 */

/** Ids of the messages of `POST /build?version=2` that carry an `aux`. The first two are Docker's. */
export const buildMessageIds = {
  /** aux: a `BuildStatus` (Docker's daemon sends the same as base64 of a protocol buffer). */
  trace: 'moby.buildkit.trace',
  /** aux: `{ ID: 'sha256:…' }`. */
  imageId: 'moby.image.id',
  /** aux: `BuildExportChunk`, in order. */
  exportChunk: 'bottleship.build.export',
  /** aux: a `BuildCallResult`. */
  callResult: 'bottleship.build.call',
} as const;

/** A piece of the tar of one of `outputs`, at most `buildExportChunkBytesMax` before base64. */
export interface BuildExportChunk {
  /** Which one, from 0. */
  readonly output: number;
  readonly data: string;
}

/** Small enough for one line of JSON, large enough that a line costs little. */
export const buildExportChunkBytesMax = 192 * 1024;

/** One message: only what changed since the last. Times are RFC 3339 with nanoseconds. */
export interface BuildStatus {
  readonly vertexes?: readonly BuildVertex[];
  readonly statuses?: readonly BuildVertexStatus[];
  readonly logs?: readonly BuildVertexLog[];
  readonly warnings?: readonly BuildVertexWarning[];
}

/** A step. It is sent again, whole, when it starts and when it ends. */
export interface BuildVertex {
  /** `sha256:…`, its identity in this stream. */
  readonly digest: string;
  readonly inputs?: readonly string[];
  /** `[stage 1/2] RUN make`. */
  readonly name: string;
  readonly started?: string;
  readonly completed?: string;
  readonly cached?: boolean;
  /** Why it failed; ends with `context canceled` where somebody else's failure stopped it. */
  readonly error?: string;
}

/** Something within a step that has a size: a layer, a file sent. */
export interface BuildVertexStatus {
  /** `sha256:…`, `transferring context:`, `exporting layers`. */
  readonly id: string;
  readonly vertex: string;
  readonly name?: string;
  readonly total?: number;
  readonly current: number;
  readonly timestamp: string;
  readonly started?: string;
  readonly completed?: string;
}

export interface BuildVertexLog {
  readonly vertex: string;
  /** 1 is stdout, 2 is stderr. */
  readonly stream?: number;
  /** Base64. */
  readonly data: string;
  readonly timestamp: string;
}

/** What a build check found. */
export interface BuildVertexWarning {
  readonly vertex: string;
  readonly level?: number;
  /** Base64 of `RuleName: words (line 3)`. */
  readonly short: string;
  /** Base64, one a line. */
  readonly detail?: readonly string[];
  readonly url?: string;
  readonly sourceInfo?: BuildSourceInfo;
  readonly range?: readonly BuildRange[];
}

export interface BuildSourceInfo {
  readonly filename: string;
  /** Base64 of the whole file. */
  readonly data: string;
  readonly language?: string;
}

export interface BuildRange {
  readonly start: BuildPosition;
  readonly end: BuildPosition;
}

export interface BuildPosition {
  /** From 1. */
  readonly line: number;
  readonly character?: number;
}

/** The error of the last message: `errorDetail`. */
export interface BuildErrorDetail {
  readonly code?: number;
  readonly message: string;
  /** The lines at fault, the innermost last. Ours: Docker's travel in a protocol buffer. */
  readonly sources?: readonly BuildErrorSource[];
}

export interface BuildErrorSource {
  readonly filename: string;
  readonly text: string;
  readonly ranges: readonly BuildLines[];
}

/** Lines from 1, the last included. */
export interface BuildLines {
  readonly startLine: number;
  readonly endLine: number;
}

/** What `call=…` asks for instead of an image. */
export type BuildCall = 'check' | 'outline' | 'targets';

/** The answer: what `docker build --call …,format=json` prints as JSON. */
export type BuildCallResult =
  | ({ readonly call: 'check' } & BuildCheckResult)
  | ({ readonly call: 'outline' } & BuildOutline)
  | ({ readonly call: 'targets' } & BuildTargets);

export interface BuildCheckResult {
  readonly warnings?: readonly BuildCheckWarning[];
  readonly sources?: readonly BuildSourceInfo[];
  readonly buildError?: { readonly message: string; readonly location?: BuildCallLocation };
}

export interface BuildCheckWarning {
  readonly ruleName: string;
  readonly description?: string;
  readonly url?: string;
  /** What is wrong here. */
  readonly detail?: string;
  readonly location?: BuildCallLocation;
}

export interface BuildCallLocation {
  readonly sourceIndex?: number;
  readonly ranges?: readonly BuildRange[];
}

export interface BuildOutline {
  readonly name?: string;
  readonly description?: string;
  readonly args?: readonly BuildOutlineArg[];
  readonly secrets?: readonly { readonly name: string; readonly required?: boolean }[];
  readonly ssh?: readonly { readonly name: string; readonly required?: boolean }[];
  /** Base64 of each file. */
  readonly sources?: readonly string[];
}

export interface BuildOutlineArg {
  readonly name: string;
  readonly description?: string;
  readonly value?: string;
  readonly location?: BuildCallLocation;
}

export interface BuildTargets {
  readonly targets: readonly BuildTarget[];
  readonly sources?: readonly string[];
}

export interface BuildTarget {
  readonly name?: string;
  readonly default?: boolean;
  readonly description?: string;
  readonly base?: string;
  readonly platform?: string;
  readonly location?: BuildCallLocation;
}
