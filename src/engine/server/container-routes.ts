/** Routes under `/containers`. */
import type { ApiResponse } from '../../api/http.ts';
import type { ContainerWaitCondition } from '../../api/container.ts';
import type { ContainerStats } from '../../api/stats.ts';
import { errorMessage, KindError } from '../../lib/errors.ts';
import { stringifyBigints } from '../../lib/json.ts';
import { multiplexedStreamType, rawStreamType } from '../../lib/stdcopy.ts';
import type { EngineBackend } from './backend.ts';
import type { ContainerStopOptions } from './backend/container-backend.ts';
import { adaptContainerCreate } from './adapt-container-create.ts';
import { decodeContainerCreate, decodeContainerUpdate } from './decode-container-create.ts';
import { httpStatus } from './http-status.ts';
import {
  emptyResponse,
  encodeJsonLine,
  hijackResponse,
  jsonResponse,
  streamResponse,
} from './respond.ts';
import type { RouteRequest } from './route-request.ts';
import type { Route } from './route.ts';
import { parseTimestamp } from './timestamp.ts';

export const containerRoutes: readonly Route[] = [
  ['GET', '/containers/json', list],
  ['POST', '/containers/create', create],
  ['POST', '/containers/prune', prune],
  ['GET', '/containers/{name}/json', inspect],
  ['GET', '/containers/{name}/top', top],
  ['GET', '/containers/{name}/logs', logs],
  ['GET', '/containers/{name}/changes', changes],
  ['GET', '/containers/{name}/export', exportRoot],
  ['GET', '/containers/{name}/stats', stats],
  ['POST', '/containers/{name}/start', start],
  ['POST', '/containers/{name}/attach', attach],
  ['POST', '/containers/{name}/resize', resize],
  ['POST', '/containers/{name}/wait', wait],
  ['POST', '/containers/{name}/kill', kill],
  ['POST', '/containers/{name}/stop', stop],
  ['POST', '/containers/{name}/restart', restart],
  ['POST', '/containers/{name}/pause', pause],
  ['POST', '/containers/{name}/unpause', unpause],
  ['POST', '/containers/{name}/rename', rename],
  ['POST', '/containers/{name}/update', update],
  ['DELETE', '/containers/{name...}', remove],
];

async function list(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const limit = request.integer('limit');
  const containers = await backend.containerList({
    all: request.flag('all'),
    size: request.flag('size'),
    filters: request.filters(),
    ...(limit === undefined ? {} : { limit }),
  });
  return jsonResponse(200, containers);
}

async function create(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const { request: body, warnings } = adaptContainerCreate(
    decodeContainerCreate(await request.json({ go: 'container.CreateRequest', required: true })),
    (version) => request.versionAtLeast(version),
  );
  const name = request.text('name');
  const platform = request.versionAtLeast('1.41') ? request.text('platform') : '';
  const created = await backend.containerCreate(body, {
    ...(name === '' ? {} : { name }),
    ...(platform === '' ? {} : { platform }),
    readOnlyNonRecursive: !request.versionAtLeast('1.44'),
  });
  return jsonResponse(201, { ...created, Warnings: [...created.Warnings, ...warnings] });
}

async function inspect(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const options = { size: request.flag('size') };
  return jsonResponse(200, await backend.containerInspect(request.parameter('name'), options));
}

async function start(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  await backend.containerStart(request.parameter('name'));
  return emptyResponse(204);
}

/** As the connection is taken over by then, an error comes as a text on it. */
async function attach(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const detachKeys = request.query.get('detachKeys');
  try {
    const stream = await backend.containerAttach(request.parameter('name'), {
      stdin: request.flag('stdin'),
      stdout: request.flag('stdout'),
      stderr: request.flag('stderr'),
      logs: request.flag('logs'),
      stream: request.flag('stream'),
      ...(detachKeys === null ? {} : { detachKeys }),
      ...(request.signal === undefined ? {} : { signal: request.signal }),
    });
    return hijackResponse(request, stream);
  } catch (error) {
    const body = new TextEncoder().encode(`${errorMessage(error)}\r\n`);
    return { status: httpStatus(error), headers: { 'content-type': rawStreamType }, body };
  }
}

async function resize(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  await backend.containerResize(request.parameter('name'), terminalSize(request));
  return emptyResponse(200);
}

/** `h` and `w` of the resize routes. */
export function terminalSize(request: RouteRequest): { columns: number; rows: number } {
  const read = (name: string, what: string): number => {
    const text = request.text(name);
    if (/^[0-9]{1,9}$/.test(text)) return Number(text);
    const message = `invalid resize ${what} "${text}": invalid syntax`;
    throw new KindError('invalidParameter', message);
  };
  const rows = read('h', 'height');
  return { rows, columns: read('w', 'width') };
}

/** Status and headers go out at once, so that a client may start the container after them. */
async function wait(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const condition = request.text('condition') || 'not-running';
  if (!isWaitCondition(condition))
    throw new KindError('invalidParameter', `invalid condition: "${condition}"`);
  const { result } = await backend.containerWait(request.parameter('name'), {
    condition,
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      controller.enqueue(encodeJsonLine(await result));
      controller.close();
    },
  });
  return { status: 200, headers: { 'content-type': 'application/json' }, body };
}

function isWaitCondition(text: string): text is ContainerWaitCondition {
  return ['not-running', 'next-exit', 'removed'].includes(text);
}

async function logs(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const stdout = request.flag('stdout');
  const stderr = request.flag('stderr');
  if (!stdout && !stderr) {
    const message = 'Bad parameters: you must choose at least one stream';
    throw new KindError('invalidParameter', message);
  }
  const tail = /^[0-9]+$/.test(request.text('tail')) ? Number(request.text('tail')) : undefined;
  const sinceMs = parseTimestamp(request.text('since'));
  const untilMs = parseTimestamp(request.text('until'));
  const { readable, multiplexed } = await backend.containerLogs(request.parameter('name'), {
    stdout,
    stderr,
    follow: request.flag('follow'),
    timestamps: request.flag('timestamps'),
    details: request.flag('details'),
    ...(tail === undefined ? {} : { tail }),
    ...(sinceMs === undefined ? {} : { sinceMs }),
    ...(untilMs === undefined ? {} : { untilMs }),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  const framed = multiplexed && request.versionAtLeast('1.42');
  const type = framed ? multiplexedStreamType : rawStreamType;
  return { status: 200, headers: { 'content-type': type }, body: readable };
}

async function changes(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  return jsonResponse(200, await backend.containerChanges(request.parameter('name')));
}

async function exportRoot(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const tar = await backend.containerExport(request.parameter('name'));
  return streamResponse('application/octet-stream', tar);
}

async function stats(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const stream = request.flag('stream', true);
  const oneShot = request.versionAtLeast('1.41') && request.flag('one-shot');
  if (request.query.has('stream') && stream && oneShot)
    throw new KindError('invalidParameter', 'cannot have stream=true and one-shot=true');
  const readings = await backend.containerStats(request.parameter('name'), {
    stream,
    oneShot,
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  const encoder = new TextEncoder();
  const lines = new TransformStream<ContainerStats, Uint8Array>({
    transform: (reading, controller) => {
      controller.enqueue(encoder.encode(`${stringifyBigints(reading)}\n`));
    },
  });
  return streamResponse('application/json', readings.pipeThrough(lines));
}

async function kill(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const name = request.parameter('name');
  const signal = request.text('signal');
  await backend.containerKill(name, signal === '' ? {} : { signal });
  return emptyResponse(204);
}

async function stop(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  await backend.containerStop(request.parameter('name'), stopOptions(request));
  return emptyResponse(204);
}

async function restart(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  await backend.containerRestart(request.parameter('name'), stopOptions(request));
  return emptyResponse(204);
}

function stopOptions(request: RouteRequest): ContainerStopOptions {
  const signal = request.versionAtLeast('1.42') ? request.text('signal') : '';
  const timeoutSeconds = request.integer('t');
  return {
    ...(signal === '' ? {} : { signal }),
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
  };
}

async function pause(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  await backend.containerPause(request.parameter('name'));
  return emptyResponse(204);
}

async function unpause(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  await backend.containerUnpause(request.parameter('name'));
  return emptyResponse(204);
}

async function rename(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  await backend.containerRename(request.parameter('name'), request.text('name'));
  return emptyResponse(204);
}

async function update(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const changes = decodeContainerUpdate(await request.json());
  return jsonResponse(200, await backend.containerUpdate(request.parameter('name'), changes));
}

async function remove(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  await backend.containerRemove(request.parameter('name'), {
    force: request.flag('force'),
    volumes: request.flag('v'),
    link: request.flag('link'),
  });
  return emptyResponse(204);
}

async function top(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const psArgs = request.text('ps_args') || '-ef';
  return jsonResponse(200, await backend.containerTop(request.parameter('name'), psArgs));
}

async function prune(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  return jsonResponse(200, await backend.containersPrune(request.filters()));
}
