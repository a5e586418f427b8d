/**
 * The Engine API as a function from request to response. It knows HTTP and the wire types; what a
 * request means is the backend's business.
 */
import type { ApiHandler, ApiRequest, ApiResponse } from '../../api/http.ts';
import { apiVersion, apiVersionMin } from '../../api/system.ts';
import { KindError } from '../../lib/errors.ts';
import { attachWebSocketRoutes } from './attach-websocket.ts';
import type { EngineBackend } from './backend.ts';
import { archiveRoutes } from './archive-routes.ts';
import { containerRoutes } from './container-routes.ts';
import { execRoutes } from './exec-routes.ts';
import { errorResponse } from './http-status.ts';
import { imageRoutes } from './image-routes.ts';
import { imageStreamRoutes } from './image-stream-routes.ts';
import { networkRoutes } from './network-routes.ts';
import { textResponse } from './respond.ts';
import { seeRoutes } from './see-routes.ts';
import { compareVersions, RouteRequest } from './route-request.ts';
import { compileRoute, matchRoute } from './route.ts';
import { systemRoutes } from './system-routes.ts';
import { buildRoutes } from './build-routes.ts';
import { unsupportedRoutes } from './unsupported-routes.ts';
import { volumeRoutes } from './volume-routes.ts';
import { xrayRoutes } from './xray-routes.ts';

const routes = [
  ...systemRoutes,
  ...containerRoutes,
  ...archiveRoutes,
  ...attachWebSocketRoutes,
  ...execRoutes,
  ...imageStreamRoutes,
  ...imageRoutes,
  ...volumeRoutes,
  ...networkRoutes,
  ...xrayRoutes,
  ...seeRoutes,
  // Last, so that an operation which is there wins.
  ...buildRoutes,
  ...unsupportedRoutes,
].map(compileRoute);

/** Never rejects: every failure is a response with `{"message": …}`. */
export function createEngineServer(backend: EngineBackend): ApiHandler {
  return async (request) => {
    const { method, path, headers } = request;
    const id = headers['x-request-id'];
    const command = headers['x-bottleship-command'];
    const scope = backend.beginRequest({
      method,
      path,
      ...(id === undefined ? {} : { id }),
      ...(command === undefined ? {} : { command }),
    });
    const response = await answer(scope.backend, request);
    scope.end(response.status);
    return withEngineHeaders(response, scope.id);
  };
}

async function answer(backend: EngineBackend, request: ApiRequest): Promise<ApiResponse> {
  const response = await serve(backend, request).catch(errorResponse);
  return request.method === 'HEAD' ? withoutBody(response) : response;
}

async function serve(backend: EngineBackend, request: ApiRequest): Promise<ApiResponse> {
  const { path, query, version } = splitTarget(request.path);
  const match = matchRoute(routes, { method: request.method, path });
  if (match === undefined) throw new KindError('notFound', 'page not found');
  if (version !== undefined && compareVersions(version, apiVersionMin) < 0) return tooOld(version);
  if (version !== undefined) checkVersion(version);
  const { parameters } = match;
  return match.route.handler(backend, new RouteRequest(request, { query, parameters, version }));
}

function splitTarget(target: string): { path: string; query: string; version?: string } {
  const url = target.replace(/^https?:\/\/[^/]*/, '').replace(/#.*$/s, '');
  const mark = url.indexOf('?');
  const whole = mark < 0 ? url : url.slice(0, mark);
  const query = mark < 0 ? '' : url.slice(mark + 1);
  const versioned = /^\/v([0-9][0-9.]*)(\/.*)$/.exec(whole);
  if (versioned === null) return { path: whole, query };
  return { path: versioned[2] ?? '/', query, version: versioned[1] ?? '' };
}

/** Clients before 1.24 read errors as plain text. */
function tooOld(version: string): ApiResponse {
  const text = `client version ${version} is too old. Minimum supported API version is ${apiVersionMin}, please upgrade your client to a newer version`;
  return textResponse(400, `${text}\n`);
}

function checkVersion(version: string): void {
  if (compareVersions(version, apiVersion) > 0) {
    const message = `client version ${version} is too new. Maximum supported API version is ${apiVersion}`;
    throw new KindError('invalidParameter', message);
  }
}

function withoutBody({ status, headers }: ApiResponse): ApiResponse {
  return { status, headers };
}

function withEngineHeaders(response: ApiResponse, requestId: string): ApiResponse {
  return {
    ...response,
    headers: {
      'api-version': apiVersion,
      'docker-experimental': 'false',
      ostype: 'linux',
      server: 'Bottleship (linux)',
      'x-request-id': requestId,
      ...response.headers,
    },
  };
}
