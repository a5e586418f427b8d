/** Routes under `/networks`. */
import type { ApiResponse } from '../../api/http.ts';
import type { EngineBackend } from './backend.ts';
import {
  decodeNetworkConnect,
  decodeNetworkCreate,
  decodeNetworkDisconnect,
} from './decode-network.ts';
import { emptyResponse, jsonResponse } from './respond.ts';
import type { RouteRequest } from './route-request.ts';
import type { Route } from './route.ts';

export const networkRoutes: readonly Route[] = [
  ['GET', '/networks', list],
  ['GET', '/networks/', list],
  ['POST', '/networks/create', create],
  ['POST', '/networks/prune', prune],
  ['GET', '/networks/{name}', inspect],
  ['DELETE', '/networks/{name}', remove],
  ['POST', '/networks/{name}/connect', connect],
  ['POST', '/networks/{name}/disconnect', disconnect],
];

async function list(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  return jsonResponse(200, await backend.networkList(request.filters()));
}

async function inspect(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const scope = request.query.get('scope') ?? '';
  return jsonResponse(200, await backend.networkInspect(request.parameter('name'), { scope }));
}

async function remove(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  await backend.networkRemove(request.parameter('name'));
  return emptyResponse(204);
}

async function create(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const body = decodeNetworkCreate(await request.json({ required: true }));
  return jsonResponse(201, await backend.networkCreate(body));
}

async function connect(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const { Container = '', EndpointConfig = {} } = decodeNetworkConnect(
    await request.json({ required: true }),
  );
  const options = { container: Container, endpoint: EndpointConfig };
  await backend.networkConnect(request.parameter('name'), options);
  return emptyResponse(200);
}

async function disconnect(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const { Container = '', Force = false } = decodeNetworkDisconnect(
    await request.json({ required: true }),
  );
  await backend.networkDisconnect(request.parameter('name'), {
    container: Container,
    force: Force,
  });
  return emptyResponse(200);
}

async function prune(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  return jsonResponse(200, await backend.networksPrune(request.filters()));
}
