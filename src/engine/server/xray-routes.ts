/** `GET /bottleship/xray`, our one endpoint beside Docker's: the steps that requests take, as lines of JSON. */
import type { ApiResponse } from '../../api/http.ts';
import type { XrayEvent } from '../../api/xray.ts';
import type { EngineBackend } from './backend.ts';
import { encodeJsonLine, streamResponse } from './respond.ts';
import type { RouteRequest } from './route-request.ts';
import type { Route } from './route.ts';

export const xrayRoutes: readonly Route[] = [['GET', '/bottleship/xray', xray]];

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
