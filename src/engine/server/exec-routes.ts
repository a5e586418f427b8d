/** Routes of exec instances. */
import type { ApiResponse } from '../../api/http.ts';
import { errorMessage, KindError } from '../../lib/errors.ts';
import { encodeStdcopy } from '../../lib/stdcopy.ts';
import type { EngineBackend } from './backend.ts';
import type { AttachedStream } from './backend/streams.ts';
import { terminalSize } from './container-routes.ts';
import { decodeExecCreate, decodeExecStart } from './decode-exec.ts';
import { emptyResponse, hijackResponse, jsonResponse } from './respond.ts';
import type { RouteRequest } from './route-request.ts';
import type { Route } from './route.ts';

export const execRoutes: readonly Route[] = [
  ['POST', '/containers/{name}/exec', create],
  ['GET', '/exec/{id}/json', inspect],
  ['POST', '/exec/{id}/start', start],
  ['POST', '/exec/{id}/resize', resize],
];

async function create(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const body = decodeExecCreate(await request.json());
  if ((body.Cmd ?? []).length === 0)
    throw new KindError('invalidParameter', 'No exec command specified');
  return jsonResponse(201, { Id: await backend.execCreate(request.parameter('name'), body) });
}

async function start(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const id = request.parameter('id');
  const body = decodeExecStart(await request.json());
  await backend.execCheck(id);
  const size =
    body.Tty === true && body.ConsoleSize
      ? { size: { rows: body.ConsoleSize[0], columns: body.ConsoleSize[1] } }
      : {};
  if (body.Detach === true) {
    await backend.execStart(id, { detach: true, ...size });
    return emptyResponse(200);
  }
  const stream = await startAttached(backend, id, { tty: body.Tty === true, ...size });
  return hijackResponse(request, stream);
}

/** A command that cannot be started is told in the stream, as dockerd does after its hijack. */
async function startAttached(
  backend: EngineBackend,
  id: string,
  { tty, size }: { tty: boolean; size?: { rows: number; columns: number } },
): Promise<AttachedStream> {
  try {
    const options = size === undefined ? { detach: false } : { detach: false, size };
    const stream = await backend.execStart(id, options);
    if (stream === undefined) throw new KindError('system', 'exec attach failed');
    return stream;
  } catch (error) {
    return failedStream(errorMessage(error), tty);
  }
}

function failedStream(message: string, tty: boolean): AttachedStream {
  const text = new TextEncoder().encode(`${message}\r\n`);
  const frame = tty ? text : encodeStdcopy('stdout', text);
  const readable = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(frame);
      controller.close();
    },
  });
  return { duplex: { readable, writable: new WritableStream() }, multiplexed: !tty };
}

async function resize(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  await backend.execResize(request.parameter('id'), terminalSize(request));
  return emptyResponse(200);
}

async function inspect(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  return jsonResponse(200, await backend.execInspect(request.parameter('id')));
}
