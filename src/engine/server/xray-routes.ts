/**
 * Our endpoints beside Docker's: `GET /bottleship/xray`, the steps that requests take, as lines of JSON, and
 * `GET /bottleship/images/{name}/layers`, what each step of an image left.
 */
import type { ApiResponse } from '../../api/http.ts';
import type { XrayEvent } from '../../api/xray.ts';
import type { EngineBackend } from './backend.ts';
import { encodeJsonLine, jsonResponse, streamResponse } from './respond.ts';
import type { RouteRequest } from './route-request.ts';
import type { Route } from './route.ts';

export const xrayRoutes: readonly Route[] = [
  ['GET', '/bottleship/xray', xray],
  ['GET', '/bottleship/images/{name...}/layers', layers],
];

async function layers(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  return jsonResponse(200, await backend.imageLayers(request.parameter('name')));
}

/** `request`: only that one. `follow`: what is kept, and then what comes; otherwise only what is kept. */
async function xray(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const requestId = request.text('request');
  const events = backend.xrayEvents({
    follow: request.flag('follow'),
    ...(requestId === '' ? {} : { requestId }),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  const lines = events.pipeThrough(
    new TransformStream<XrayEvent, Uint8Array>({
      transform: (event, controller) => controller.enqueue(encodeJsonLine(event)),
    }),
  );
  return streamResponse('application/x-ndjson', lines);
}
