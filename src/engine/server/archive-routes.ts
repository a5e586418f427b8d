/** Routes `/containers/{name}/archive`: copying into and out of containers. */
import type { ContainerPathStat } from '../../api/container.ts';
import type { ApiResponse } from '../../api/http.ts';
import { KindError } from '../../lib/errors.ts';
import type { EngineBackend } from './backend.ts';
import { emptyResponse } from './respond.ts';
import type { RouteRequest } from './route-request.ts';
import type { Route } from './route.ts';

export const archiveRoutes: readonly Route[] = [
  ['HEAD', '/containers/{name}/archive', stat],
  ['GET', '/containers/{name}/archive', get],
  ['PUT', '/containers/{name}/archive', put],
];

const statHeader = 'x-docker-container-path-stat';

async function stat(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const value = await backend.containerStatPath(request.parameter('name'), pathOf(request));
  return { status: 200, headers: { [statHeader]: encodeStat(value) } };
}

async function get(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const name = request.parameter('name');
  const { stat: value, tar } = await backend.containerArchivePath(name, pathOf(request));
  const headers = { [statHeader]: encodeStat(value), 'content-type': 'application/x-tar' };
  return { status: 200, headers, body: tar };
}

async function put(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  await backend.containerExtractToDir(request.parameter('name'), {
    path: pathOf(request),
    tar: request.bytes(),
    noOverwriteDirNonDir: request.flag('noOverwriteDirNonDir'),
    copyUidGid: request.flag('copyUIDGID'),
  });
  return emptyResponse(200);
}

/** The missing space is Docker's. */
function pathOf(request: RouteRequest): string {
  const path = request.text('path');
  if (path === '') throw new KindError('invalidParameter', 'bad parameter: pathcannot be empty');
  return path;
}

/** Base64 of the JSON's UTF-8 bytes. */
function encodeStat(value: ContainerPathStat): string {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}
