/** Routes under `/volumes`. */
import type { ApiResponse } from '../../api/http.ts';
import type { VolumeCreateRequest } from '../../api/volume.ts';
import { errorMessage, KindError } from '../../lib/errors.ts';
import type { EngineBackend } from './backend.ts';
import type { Filters } from './backend/filters.ts';
import { checkFields } from './decode.ts';
import { emptyResponse, jsonResponse } from './respond.ts';
import type { RouteRequest } from './route-request.ts';
import type { Route } from './route.ts';

export const volumeRoutes: readonly Route[] = [
  ['GET', '/volumes', list],
  ['POST', '/volumes/create', create],
  ['POST', '/volumes/prune', prune],
  ['GET', '/volumes/{name}', inspect],
  ['DELETE', '/volumes/{name}', remove],
];

async function list(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  return jsonResponse(200, await backend.volumeList(listFilters(request)));
}

function listFilters(request: RouteRequest): Filters {
  try {
    return request.filters();
  } catch (error) {
    const message = `error reading volume filters: ${errorMessage(error)}`;
    throw new KindError('invalidParameter', message, { cause: error });
  }
}

async function create(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const body: VolumeCreateRequest = checkFields(
    await request.json(),
    {
      Name: 'string',
      Driver: 'string',
      DriverOpts: 'string map',
      Labels: 'string map',
    },
    'CreateOptions',
  );
  return jsonResponse(201, await backend.volumeCreate(body));
}

async function inspect(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  return jsonResponse(200, await backend.volumeInspect(request.parameter('name')));
}

async function remove(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const options = { force: request.flag('force') };
  await backend.volumeRemove(request.parameter('name'), options);
  return emptyResponse(204);
}

async function prune(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  return jsonResponse(200, await backend.volumesPrune(request.filters()));
}
