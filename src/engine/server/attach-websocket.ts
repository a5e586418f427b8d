/** `GET /containers/{id}/attach/ws`: attach over a WebSocket, never multiplexed. */
import type { ApiResponse } from '../../api/http.ts';
import type { EngineBackend } from './backend.ts';
import type { RouteRequest } from './route-request.ts';
import type { Route } from './route.ts';
import { acceptWebSocket, webSocketDuplex } from './websocket/websocket-duplex.ts';

export const attachWebSocketRoutes: readonly Route[] = [
  ['GET', '/containers/{name}/attach/ws', attach],
];

/** Before API 1.42 all three streams are connected, whatever the query says. */
async function attach(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const headers = await acceptWebSocket((name) => request.header(name));
  const wants = (name: string): boolean => !request.versionAtLeast('1.42') || request.flag(name);
  const detachKeys = request.query.get('detachKeys');
  const { duplex } = await backend.containerAttach(request.parameter('name'), {
    stdin: wants('stdin'),
    stdout: wants('stdout'),
    stderr: wants('stderr'),
    logs: request.flag('logs'),
    stream: request.flag('stream'),
    multiplex: false,
    ...(detachKeys === null ? {} : { detachKeys }),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  return { status: 101, headers, upgraded: webSocketDuplex(duplex) };
}
