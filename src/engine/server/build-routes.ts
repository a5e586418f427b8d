/** Routes under `/build`. What is ours of `POST /build?version=2` is in src/build/README.md. */
import type { ApiResponse } from '../../api/http.ts';
import type { BuildErrorDetail, BuildLines } from '../../api/build.ts';
import { errorMessage } from '../../lib/errors.ts';
import type { EngineBackend } from './backend.ts';
import { decodeImageBuild } from './decode-image-build.ts';
import { progressResponse } from './progress-lines.ts';
import { jsonResponse } from './respond.ts';
import type { RouteRequest } from './route-request.ts';
import type { Route } from './route.ts';

export const buildRoutes: readonly Route[] = [
  ['POST', '/build', build],
  ['POST', '/build/prune', prune],
  ['POST', '/build/cancel', cancel],
];

async function build(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const decoded = decodeImageBuild(request);
  return progressResponse(request, async ({ report, signal, room }) => {
    // BuildKit's stream has begun before anything can go wrong.
    let hasBegun = decoded.version === 2;
    try {
      await backend.imageBuild({
        ...decoded,
        body: request.stream(),
        signal,
        room,
        onProgress: (message) => {
          hasBegun = true;
          report(message);
        },
      });
    } catch (error) {
      if (!hasBegun) throw error;
      report({ errorDetail: errorDetail(error), error: errorMessage(error) });
    }
  });
}

/** An error that knows its lines has them as `source` and `ranges`. */
function errorDetail(error: unknown): BuildErrorDetail {
  const message = errorMessage(error);
  const code = exitCode(error);
  const { source, ranges = [] } = error instanceof Error ? placeOf(error) : {};
  return {
    ...(code === undefined ? {} : { code }),
    message,
    ...(source === undefined ? {} : { sources: [{ ...source, ranges }] }),
  };
}

function placeOf(error: Error & Partial<ErrorPlace>): Partial<ErrorPlace> {
  return error;
}

interface ErrorPlace {
  readonly source: { readonly filename: string; readonly text: string };
  readonly ranges: readonly BuildLines[];
}

/** Of the command of RUN that failed, wherever in the chain of causes it is told. */
function exitCode(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'number') return error.code;
  return exitCode(error.cause);
}

async function prune(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  const bytes = (name: string) => request.integer(name) ?? 0;
  return jsonResponse(
    200,
    await backend.buildPrune({
      all: request.flag('all'),
      limits: {
        // Called so since API 1.48, and otherwise before.
        reserved: bytes('reserved-space') || bytes('keep-storage'),
        maxUsed: bytes('max-used-space'),
        minFree: bytes('min-free-space'),
      },
      filters: request.filters(),
    }),
  );
}

async function cancel(backend: EngineBackend, request: RouteRequest): Promise<ApiResponse> {
  await backend.buildCancel(request.text('id'));
  return { status: 200, headers: {} };
}
