/** Routes under `/networks`: the three networks that every engine has. */
import type { ApiResponse } from '../../api/http.ts';
import { KindError } from '../../lib/errors.ts';
import type { EngineBackend } from './backend.ts';
import { emptyResponse, jsonResponse } from './respond.ts';
import type { RouteRequest } from './route-request.ts';
import type { Route } from './route.ts';

export const networkRoutes: readonly Route[] = [
  ['GET', '/networks', list],
  ['GET', '/networks/', list],
  ['POST', '/networks/create', unsupported],
  ['POST', '/networks/prune', prune],
  ['GET', '/networks/{name}', inspect],
  ['DELETE', '/networks/{name}', remove],
  ['POST', '/networks/{name}/connect', unsupported],
  ['POST', '/networks/{name}/disconnect', unsupported],
];

async function list(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  return jsonResponse(200, await backend.networkList(request.filters()));
}

async function inspect(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  return jsonResponse(200, await backend.networkInspect(request.parameter('name')));
}

async function remove(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  await backend.networkRemove(request.parameter('name'));
  return emptyResponse(204);
}

/** Predefined networks are never pruned, and there are no others. */
async function prune(): Promise<ApiResponse> {
  return jsonResponse(200, { NetworksDeleted: null });
}

async function unsupported(): Promise<ApiResponse> {
  throw new KindError('notImplemented', 'user-defined networks are not available yet');
}
