/** What the machine is like now, for the page's views: beside Docker's API, and described in engine/see/README.md. */
import type { ApiResponse } from '../../api/http.ts';
import type { EngineBackend } from './backend.ts';
import { jsonResponse } from './respond.ts';
import type { Route } from './route.ts';

export const seeRoutes: readonly Route[] = [
  ['GET', '/bottleship/processes', processes],
  ['GET', '/bottleship/network', network],
];

async function processes(backend: EngineBackend): Promise<ApiResponse> {
  return jsonResponse(200, await backend.machineProcesses());
}

async function network(backend: EngineBackend): Promise<ApiResponse> {
  return jsonResponse(200, await backend.machineNetwork());
}
