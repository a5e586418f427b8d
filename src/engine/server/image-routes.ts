/** Routes under `/images`. */
import type { ApiResponse } from '../../api/http.ts';
import type { JsonMessage } from '../../api/image.ts';
import { errorMessage, KindError } from '../../lib/errors.ts';
import { isRecord } from '../../lib/json.ts';
import type { EngineBackend } from './backend.ts';
import type { ImagePullOptions } from './backend/image-backend.ts';
import { emptyResponse, encodeJsonLine, jsonResponse, streamResponse } from './respond.ts';
import type { RouteRequest } from './route-request.ts';
import type { Route } from './route.ts';

export const imageRoutes: readonly Route[] = [
  ['POST', '/images/create', pull],
  ['GET', '/images/json', list],
  ['GET', '/images/{name...}/json', inspect],
  ['GET', '/images/{name...}/history', history],
  ['POST', '/images/{name...}/tag', tag],
  ['DELETE', '/images/{name...}', remove],
];

/** Progress lines kept for a client that does not read: beyond these, the oldest updates are dropped. */
const progressLinesMax = 4096;

/**
 * An error before the first progress line is a response of its own; a later one is the last line of
 * the stream, as the status went out already.
 */
async function pull(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const fromImage = request.text('fromImage');
  if (fromImage === '') throw new KindError('notImplemented', 'importing images is not supported');
  const abort = new AbortController();
  request.signal?.addEventListener('abort', () => abort.abort(), { once: true });
  const lines = new ProgressLines(() => abort.abort());
  const auth = registryAuth(request.header('x-registry-auth'));
  const platform = request.text('platform');
  const done = backend.imagePull({
    reference: joinReference(fromImage, request.text('tag')),
    signal: abort.signal,
    onProgress: (message) => lines.push(message),
    ...(platform === '' ? {} : { platform }),
    ...(auth === undefined ? {} : { auth }),
  });
  await Promise.race([done, lines.started]);
  done.then(
    () => lines.end(),
    (error: unknown) => {
      const message = errorMessage(error);
      lines.push({ errorDetail: { message }, error: message });
      lines.end();
    },
  );
  return streamResponse('application/json', lines.readable);
}

class ProgressLines {
  readonly readable: ReadableStream<Uint8Array>;
  readonly started: Promise<void>;
  #queue: JsonMessage[] = [];
  #ended = false;
  #onStart: () => void = () => {};
  #wake: () => void = () => {};

  constructor(onCancel: () => void) {
    this.started = new Promise((resolve) => (this.#onStart = resolve));
    this.readable = new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          while (this.#queue.length === 0 && !this.#ended)
            await new Promise<void>((resolve) => (this.#wake = resolve));
          for (const message of this.#queue.splice(0)) controller.enqueue(encodeJsonLine(message));
          if (this.#ended) controller.close();
        },
        cancel: onCancel,
      },
      { highWaterMark: 0 },
    );
  }

  push(message: JsonMessage): void {
    if (this.#queue.length >= progressLinesMax) this.#queue.shift();
    this.#queue.push(message);
    this.#onStart();
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }
}

function joinReference(name: string, tag: string): string {
  if (tag === '') return name;
  return tag.includes(':') ? `${name}@${tag}` : `${name}:${tag}`;
}

/** Base64url of `{"username": …, "password": …}`; unreadable is as good as absent, as in dockerd. */
function registryAuth(header: string | undefined): ImagePullOptions['auth'] {
  if (header === undefined || header === '') return undefined;
  try {
    const binary = atob(header.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (!isRecord(value)) return undefined;
    const { username, password } = value;
    if (typeof username !== 'string' || username === '') return undefined;
    return { username, ...(typeof password === 'string' ? { password } : {}) };
  } catch {
    return undefined;
  }
}

async function list(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const options = { all: request.flag('all'), filters: request.filters() };
  return jsonResponse(200, await backend.imageList(options));
}

async function inspect(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  return jsonResponse(200, await backend.imageInspect(request.parameter('name')));
}

async function history(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  return jsonResponse(200, await backend.imageHistory(request.parameter('name')));
}

async function tag(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const target = { repo: request.text('repo'), tag: request.text('tag') };
  await backend.imageTag(request.parameter('name'), target);
  return emptyResponse(201);
}

async function remove(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const options = { force: request.flag('force'), noPrune: request.flag('noprune') };
  return jsonResponse(200, await backend.imageRemove(request.parameter('name'), options));
}
