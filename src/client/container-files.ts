/** The endpoints of a container's file system: archives, changes, export and commit. */
import type { ContainerPathStat, FilesystemChange } from '../api/container-files.ts';
import { KindError } from '../lib/errors.ts';
import { bodyStream, segment } from './api-client.ts';
import type { ApiClient } from './api-client.ts';

export interface ContainerPathOptions {
  readonly container: string;
  readonly path: string;
  readonly signal?: AbortSignal;
}

export async function containerStatPath(
  client: ApiClient,
  options: ContainerPathOptions,
): Promise<ContainerPathStat> {
  const response = await client.empty('HEAD', archivePath(options), {
    query: { path: options.path },
    ...signalOf(options),
  });
  return pathStat(response.headers);
}

/** A tar of the path, and what the path is. */
export async function containerArchive(
  client: ApiClient,
  options: ContainerPathOptions,
): Promise<{ readonly stat: ContainerPathStat; readonly archive: ReadableStream<Uint8Array> }> {
  const response = await client.call('GET', archivePath(options), {
    query: { path: options.path },
    ...signalOf(options),
  });
  return { stat: pathStat(response.headers), archive: bodyStream(response) };
}

/** Unpacks into a directory of the container. */
export async function containerExtract(
  client: ApiClient,
  options: ContainerPathOptions & {
    readonly archive: ReadableStream<Uint8Array>;
    readonly copyUidGid: boolean;
  },
): Promise<void> {
  await client.empty('PUT', archivePath(options), {
    query: {
      path: options.path,
      noOverwriteDirNonDir: 'true',
      copyUIDGID: options.copyUidGid ? 'true' : undefined,
    },
    headers: { 'content-type': 'application/x-tar' },
    body: options.archive,
    ...signalOf(options),
  });
}

/** Null when nothing has changed. */
export function containerChanges(
  client: ApiClient,
  options: { readonly container: string },
): Promise<readonly FilesystemChange[] | null> {
  return client.json('GET', `/containers/${segment(options.container)}/changes`);
}

export function containerExport(
  client: ApiClient,
  options: { readonly container: string; readonly signal?: AbortSignal },
): Promise<ReadableStream<Uint8Array>> {
  return client.stream(
    'GET',
    `/containers/${segment(options.container)}/export`,
    signalOf(options),
  );
}

export interface ContainerCommitOptions {
  readonly container: string;
  readonly repository: string;
  readonly tag: string;
  readonly comment: string;
  readonly author: string;
  readonly changes: readonly string[];
  readonly pause: boolean;
}

export function containerCommit(
  client: ApiClient,
  options: ContainerCommitOptions,
): Promise<{ readonly Id: string }> {
  return client.json('POST', '/commit', {
    query: {
      container: options.container,
      repo: options.repository || undefined,
      tag: options.tag || undefined,
      comment: options.comment || undefined,
      author: options.author || undefined,
      changes: options.changes,
      pause: options.pause ? undefined : false,
    },
    json: null,
  });
}

function archivePath({ container }: ContainerPathOptions): string {
  return `/containers/${segment(container)}/archive`;
}

/** Throws when the engine sent no description. */
function pathStat(headers: Readonly<Record<string, string>>): ContainerPathStat {
  const header = headers['x-docker-container-path-stat'];
  if (header === undefined) {
    throw new KindError(
      'system',
      'unable to get path stat from response header: unexpected end of JSON input',
    );
  }
  const bytes = Uint8Array.from(atob(header), (character) => character.charCodeAt(0));
  // The wire types are the contract with the engine; conformance tests hold it.
  return JSON.parse(new TextDecoder().decode(bytes)) as ContainerPathStat;
}

function signalOf(options: { readonly signal?: AbortSignal }): { signal?: AbortSignal } {
  return options.signal === undefined ? {} : { signal: options.signal };
}
