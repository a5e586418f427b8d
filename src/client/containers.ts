/** The container endpoints. */
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
} from '../api/container.ts';
import type { ApiResponse } from '../api/http.ts';
import type { Duplex } from '../lib/duplex.ts';
import { bodyStream, segment } from './api-client.ts';
import type { ApiClient } from './api-client.ts';
import { filtersQuery } from './filters.ts';
import type { Filters } from './filters.ts';

export interface ContainerCreateOptions {
  readonly config: ContainerCreateRequest;
  readonly name?: string;
  /** `os/arch[/variant]` */
  readonly platform?: string;
  readonly signal?: AbortSignal;
}

export function containerCreate(
  client: ApiClient,
  options: ContainerCreateOptions,
): Promise<ContainerCreateResponse> {
  return client.json('POST', '/containers/create', {
    query: { name: options.name || undefined, platform: options.platform || undefined },
    json: options.config,
    ...signalOf(options),
  });
}

export interface ContainerOptions {
  readonly container: string;
  readonly signal?: AbortSignal;
}

export async function containerStart(
  client: ApiClient,
  options: ContainerOptions & { readonly detachKeys?: string },
): Promise<void> {
  await client.empty('POST', containerPath(options, '/start'), {
    query: { detachKeys: options.detachKeys || undefined },
    ...signalOf(options),
  });
}

export interface ContainerStopOptions extends ContainerOptions {
  readonly stopSignal?: string;
  readonly timeoutSeconds?: number;
}

export async function containerStop(
  client: ApiClient,
  options: ContainerStopOptions,
): Promise<void> {
  await client.empty('POST', containerPath(options, '/stop'), stopCall(options));
}

export async function containerRestart(
  client: ApiClient,
  options: ContainerStopOptions,
): Promise<void> {
  await client.empty('POST', containerPath(options, '/restart'), stopCall(options));
}

/** `killSignal` empty is the engine's default, SIGKILL. */
export async function containerKill(
  client: ApiClient,
  options: ContainerOptions & { readonly killSignal?: string },
): Promise<void> {
  await client.empty('POST', containerPath(options, '/kill'), {
    query: { signal: options.killSignal || undefined },
    ...signalOf(options),
  });
}

export async function containerPause(client: ApiClient, options: ContainerOptions): Promise<void> {
  await client.empty('POST', containerPath(options, '/pause'), signalOf(options));
}

export async function containerUnpause(
  client: ApiClient,
  options: ContainerOptions,
): Promise<void> {
  await client.empty('POST', containerPath(options, '/unpause'), signalOf(options));
}

export async function containerRename(
  client: ApiClient,
  options: ContainerOptions & { readonly name: string },
): Promise<void> {
  await client.empty('POST', containerPath(options, '/rename'), {
    query: { name: options.name },
    ...signalOf(options),
  });
}

export interface ContainerRemoveOptions extends ContainerOptions {
  readonly force?: boolean;
  readonly removeVolumes?: boolean;
  readonly removeLinks?: boolean;
}

export async function containerRemove(
  client: ApiClient,
  options: ContainerRemoveOptions,
): Promise<void> {
  await client.empty('DELETE', containerPath(options, ''), {
    query: {
      force: options.force || undefined,
      v: options.removeVolumes || undefined,
      link: options.removeLinks || undefined,
    },
    ...signalOf(options),
  });
}

export function containerInspect(
  client: ApiClient,
  options: ContainerOptions & { readonly size?: boolean },
): Promise<ContainerInspect> {
  return client.json('GET', containerPath(options, '/json'), {
    query: { size: options.size || undefined },
    ...signalOf(options),
  });
}

export interface ContainerListOptions {
  readonly all?: boolean;
  readonly size?: boolean;
  /** The newest so many, whatever their state. */
  readonly limit?: number;
  readonly filters?: Filters;
  readonly signal?: AbortSignal;
}

export function containerList(
  client: ApiClient,
  options: ContainerListOptions = {},
): Promise<readonly ContainerSummary[]> {
  return client.json('GET', '/containers/json', {
    query: {
      all: options.all || undefined,
      size: options.size || undefined,
      limit: options.limit !== undefined && options.limit > 0 ? options.limit : undefined,
      filters: filtersQuery(options.filters),
    },
    ...signalOf(options),
  });
}

export interface ContainerLogsOptions extends ContainerOptions {
  readonly stdout?: boolean;
  readonly stderr?: boolean;
  readonly follow?: boolean;
  readonly timestamps?: boolean;
  readonly details?: boolean;
  readonly since?: string;
  readonly until?: string;
  readonly tail?: string;
}

/** Stdcopy frames, or plain bytes when the container has a terminal. */
export function containerLogs(
  client: ApiClient,
  options: ContainerLogsOptions,
): Promise<ReadableStream<Uint8Array>> {
  return client.stream('GET', containerPath(options, '/logs'), {
    query: {
      stdout: options.stdout || undefined,
      stderr: options.stderr || undefined,
      follow: options.follow || undefined,
      timestamps: options.timestamps || undefined,
      details: options.details || undefined,
      since: options.since || undefined,
      until: options.until || undefined,
      tail: options.tail,
    },
    ...signalOf(options),
  });
}

export interface ContainerAttachOptions extends ContainerOptions {
  readonly stdin?: boolean;
  readonly stdout?: boolean;
  readonly stderr?: boolean;
  readonly logs?: boolean;
  readonly detachKeys?: string;
}

export function containerAttach(
  client: ApiClient,
  options: ContainerAttachOptions,
): Promise<Duplex> {
  return client.hijack(containerPath(options, '/attach'), {
    query: {
      stream: true,
      stdin: options.stdin || undefined,
      stdout: options.stdout || undefined,
      stderr: options.stderr || undefined,
      logs: options.logs || undefined,
      detachKeys: options.detachKeys || undefined,
    },
    ...signalOf(options),
  });
}

/**
 * Resolves `started` once the engine listens for the exit, so that a start after it cannot be
 * missed; `exit` resolves with the answer.
 */
export async function containerWait(
  client: ApiClient,
  options: ContainerOptions & { readonly condition?: ContainerWaitCondition },
): Promise<{ readonly exit: Promise<ContainerWaitResponse> }> {
  const stream = await client.stream('POST', containerPath(options, '/wait'), {
    query: { condition: options.condition },
    ...signalOf(options),
  });
  const exit = new Response(stream).text().then((text) => {
    return JSON.parse(text) as ContainerWaitResponse;
  });
  // Whoever awaits `exit` sees the failure; nobody awaiting it must not end the program.
  exit.catch(() => undefined);
  return { exit };
}

export async function containerResize(
  client: ApiClient,
  options: ContainerOptions & { readonly columns: number; readonly rows: number },
): Promise<void> {
  await client.empty('POST', containerPath(options, '/resize'), {
    query: { h: options.rows, w: options.columns },
    ...signalOf(options),
  });
}

export function containerTop(
  client: ApiClient,
  options: ContainerOptions & { readonly psArguments?: string },
): Promise<ContainerTopResponse> {
  return client.json('GET', containerPath(options, '/top'), {
    query: { ps_args: options.psArguments || undefined },
    ...signalOf(options),
  });
}

export interface ContainerPathOptions extends ContainerOptions {
  readonly path: string;
}

/** What a path of a container is; rejects `notFound` when there is nothing. */
export async function containerStatPath(
  client: ApiClient,
  options: ContainerPathOptions,
): Promise<ContainerPathStat> {
  return pathStat(
    await client.empty('HEAD', containerPath(options, '/archive'), pathCall(options)),
  );
}

/** A path of a container as a tar; the stream must be read or cancelled. */
export async function containerCopyFrom(
  client: ApiClient,
  options: ContainerPathOptions,
): Promise<{ readonly stat: ContainerPathStat; readonly tar: ReadableStream<Uint8Array> }> {
  const response = await client.call('GET', containerPath(options, '/archive'), pathCall(options));
  return { stat: pathStat(response), tar: bodyStream(response) };
}

export interface ContainerCopyToOptions extends ContainerPathOptions {
  readonly tar: ReadableStream<Uint8Array>;
  readonly allowOverwriteDirWithFile?: boolean;
  readonly copyUidGid?: boolean;
}

/** Unpacks a tar into a directory of a container. */
export async function containerCopyTo(
  client: ApiClient,
  options: ContainerCopyToOptions,
): Promise<void> {
  await client.empty('PUT', containerPath(options, '/archive'), {
    query: {
      path: options.path,
      noOverwriteDirNonDir: options.allowOverwriteDirWithFile === true ? undefined : 'true',
      copyUIDGID: options.copyUidGid === true ? 'true' : undefined,
    },
    headers: { 'content-type': 'application/x-tar' },
    body: options.tar,
    ...signalOf(options),
  });
}

export function containerUpdate(
  client: ApiClient,
  options: ContainerOptions & { readonly changes: ContainerUpdateRequest },
): Promise<ContainerUpdateResponse> {
  return client.json('POST', containerPath(options, '/update'), {
    json: options.changes,
    ...signalOf(options),
  });
}

/** `null` when nothing was changed. */
export function containerChanges(
  client: ApiClient,
  options: ContainerOptions,
): Promise<readonly ContainerChange[] | null> {
  return client.json('GET', containerPath(options, '/changes'), signalOf(options));
}

/** The whole root as a tar. */
export function containerExport(
  client: ApiClient,
  options: ContainerOptions,
): Promise<ReadableStream<Uint8Array>> {
  return client.stream('GET', containerPath(options, '/export'), signalOf(options));
}

/** JSON values, one a line: `ContainerStats` each second, or one when not `stream`. */
export function containerStats(
  client: ApiClient,
  options: ContainerOptions & { readonly stream?: boolean; readonly oneShot?: boolean },
): Promise<ReadableStream<Uint8Array>> {
  return client.stream('GET', containerPath(options, '/stats'), {
    query: { stream: options.stream ?? true, 'one-shot': options.oneShot || undefined },
    ...signalOf(options),
  });
}

export function containersPrune(
  client: ApiClient,
  options: { readonly filters?: Filters; readonly signal?: AbortSignal } = {},
): Promise<ContainersPruneResponse> {
  return client.json('POST', '/containers/prune', {
    query: { filters: filtersQuery(options.filters) },
    ...signalOf(options),
  });
}

function containerPath(options: ContainerOptions, rest: string): string {
  return `/containers/${segment(options.container)}${rest}`;
}

function pathCall(options: ContainerPathOptions) {
  return { query: { path: options.path }, ...signalOf(options) };
}

function pathStat(response: ApiResponse): ContainerPathStat {
  const header = response.headers['x-docker-container-path-stat'] ?? '';
  const bytes = Uint8Array.from(atob(header), (character) => character.charCodeAt(0));
  // The wire types are the contract with the engine; conformance tests hold it.
  return JSON.parse(new TextDecoder().decode(bytes)) as ContainerPathStat;
}

function stopCall(options: ContainerStopOptions) {
  return {
    query: { signal: options.stopSignal || undefined, t: options.timeoutSeconds },
    ...signalOf(options),
  };
}

function signalOf(options: { readonly signal?: AbortSignal }): { signal?: AbortSignal } {
  return options.signal === undefined ? {} : { signal: options.signal };
}
