/** Routes under `/images` that carry archives or report progress: pull, import, push, load, get. And commit. */
import type { CommitRequest } from '../../api/container.ts';
import type { ApiResponse } from '../../api/http.ts';
import { errorMessage } from '../../lib/errors.ts';
import type { EngineBackend } from './backend.ts';
import { decodeContainerConfig } from './decode-container-create.ts';
import { jsonPlatform, registryAuth } from './image-request.ts';
import { progressResponse } from './progress-lines.ts';
import { encodeJsonLine, jsonResponse, streamResponse } from './respond.ts';
import type { RouteRequest } from './route-request.ts';
import type { Route } from './route.ts';

export const imageStreamRoutes: readonly Route[] = [
  ['POST', '/images/create', create],
  ['POST', '/images/load', load],
  ['GET', '/images/get', save],
  ['GET', '/images/{name...}/get', save],
  ['POST', '/images/{name...}/push', push],
  ['POST', '/commit', commit],
];

/** A pull when it names an image, else an import. */
async function create(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const platformText = request.versionAtLeast('1.32') ? request.text('platform') : '';
  const platform = platformText === '' ? {} : { platform: platformText };
  const name = request.text('fromImage');
  return progressResponse(request, ({ report, signal }) => {
    if (name === '') {
      return backend.imageImport({
        source: request.text('fromSrc'),
        body: request.stream(),
        target: { repo: request.text('repo'), tag: request.text('tag') },
        message: request.text('message'),
        changes: request.texts('changes'),
        onProgress: report,
        signal,
        ...platform,
      });
    }
    return backend.imagePull({
      // `docker pull -a` may send a name that ends in a colon.
      name: name.replace(/:$/, ''),
      tag: request.text('tag'),
      onProgress: report,
      signal,
      ...platform,
      ...registryAuth(request),
    });
  });
}

async function push(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const platform = jsonPlatform(request, { since: '1.46' });
  return progressResponse(request, ({ report, signal }) =>
    backend.imagePush({
      name: request.parameter('name'),
      tag: request.text('tag'),
      onProgress: report,
      signal,
      ...platform,
      ...registryAuth(request),
    }),
  );
}

/** As dockerd: the answer is 200 even when the archive turns out to be none. */
async function load(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const platform = jsonPlatform(request, { since: '1.48' });
  return progressResponse(request, async ({ report, signal }) => {
    const options = { body: request.stream(), quiet: request.flag('quiet', true), signal };
    try {
      await backend.imageLoad({ ...options, onProgress: report, ...platform });
    } catch (error) {
      const message = errorMessage(error);
      report({ errorDetail: { message }, error: message });
    }
  });
}

/** What goes wrong after the first byte is appended as a line of JSON, which no reader of tars takes for one. */
async function save(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const platform = jsonPlatform(request, { since: '1.48' });
  const name = request.parameter('name');
  const archive = await backend.imageSave(name === '' ? request.texts('names') : [name], platform);
  return streamResponse('application/x-tar', withErrorLine(archive));
}

function withErrorLine(source: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = source.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          const message = errorMessage(error);
          controller.enqueue(encodeJsonLine({ errorDetail: { message }, error: message }));
          controller.close();
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

async function commit(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const body = await request.json();
  const config: CommitRequest = decodeContainerConfig(body);
  const id = await backend.containerCommit({
    container: request.text('container'),
    target: { repo: request.text('repo'), tag: request.text('tag') },
    author: request.text('author'),
    comment: request.text('comment'),
    pause: request.flag('pause', true),
    changes: request.texts('changes'),
    ...(Object.keys(body).length === 0 ? {} : { config }),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  return jsonResponse(201, { Id: id });
}
