/** Routes of the engine as a whole: ping, version, info, events. */
import type { ApiResponse } from '../../api/http.ts';
import { KindError } from '../../lib/errors.ts';
import type { AuthConfig } from '../../api/registry.ts';
import type { EngineBackend } from './backend.ts';
import { checkFields } from './decode.ts';
import { diskUsageTypes } from './backend/system-backend.ts';
import { encodeJsonLine, jsonResponse, streamResponse } from './respond.ts';
import type { RouteRequest } from './route-request.ts';
import type { Route } from './route.ts';
import { parseTimestamp } from './timestamp.ts';

export const systemRoutes: readonly Route[] = [
  ['GET', '/_ping', ping],
  ['HEAD', '/_ping', ping],
  ['GET', '/version', version],
  ['GET', '/info', info],
  ['GET', '/events', events],
  ['GET', '/system/df', diskUsage],
  ['POST', '/auth', auth],
];

async function ping(): Promise<ApiResponse> {
  return {
    status: 200,
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-cache, no-store, must-revalidate',
      pragma: 'no-cache',
      'builder-version': '1',
      swarm: 'inactive',
    },
    body: new TextEncoder().encode('OK'),
  };
}

async function version(backend: EngineBackend): Promise<ApiResponse> {
  return jsonResponse(200, await backend.systemVersion());
}

async function diskUsage(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const given = request.query.getAll('type');
  const types = given.map((text) => {
    const type = diskUsageTypes.find((known) => known === text);
    if (type === undefined) throw new KindError('invalidParameter', `unknown object type: ${text}`);
    return type;
  });
  const usage = await backend.systemDf(new Set(types.length === 0 ? diskUsageTypes : types));
  return jsonResponse(200, usage);
}

async function info(backend: EngineBackend): Promise<ApiResponse> {
  return jsonResponse(200, await backend.systemInfo());
}

async function auth(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const fields = {
    username: 'string',
    password: 'string',
    serveraddress: 'string',
    identitytoken: 'string',
    registrytoken: 'string',
  } as const;
  const config: AuthConfig = checkFields(await request.json(), fields, 'AuthConfig');
  return jsonResponse(200, await backend.systemAuth(config, request.signal));
}

async function events(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const sinceMs = parseTimestamp(request.text('since'));
  const untilMs = parseTimestamp(request.text('until'));
  if (sinceMs !== undefined && untilMs !== undefined && untilMs < sinceMs) {
    const [since, until] = [request.text('since'), request.text('until')];
    const message = `\`since\` time (${since}) cannot be after \`until\` time (${until})`;
    throw new KindError('invalidParameter', message);
  }
  const messages = backend.systemEvents({
    filters: request.filters(),
    ...(sinceMs === undefined ? {} : { sinceMs }),
    ...(untilMs === undefined ? {} : { untilMs }),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  const lines = messages.pipeThrough(
    new TransformStream({
      transform: (message, controller) => controller.enqueue(encodeJsonLine(message)),
    }),
  );
  return streamResponse('application/json', lines);
}
