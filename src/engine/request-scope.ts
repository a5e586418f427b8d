/**
 * The engine as one request sees it. While somebody watches, the request gets a view of the daemon whose guest tells
 * every call; verbs hand that view on to whatever they start, so what a container does later (its exit, its removal)
 * is told under the request that started it. While nobody watches, all requests share the plain verbs.
 */
import type { Daemon } from './daemon.ts';
import type { EngineBackend } from './server/backend.ts';
import type { RequestInfo, RequestScope } from './server/backend/request-scope.ts';
import { RequestTrace } from './xray/request-trace.ts';
import { traceGuest } from './xray/traced-guest.ts';
import { traceProgress } from './xray/traced-pull.ts';
import { hexOf } from '../lib/hex.ts';

/** Longest command line that is told, percent-encoded. */
const commandLengthMax = 4096;

/** Our endpoints beside Docker's; an image may be called `bottleship/…` too. */
const watchingPath = /^(?:\/v[\d.]+)?\/bottleship\//;

/** What a client may call its request. */
const requestIdPattern = /^[\w.:-]{1,128}$/;
const requestIdBytes = 8;

export type MakeVerbs = (daemon: Daemon) => EngineBackend;

export function beginRequest(
  daemon: Daemon,
  request: RequestInfo,
  { plain, makeVerbs }: { readonly plain: EngineBackend; readonly makeVerbs: MakeVerbs },
): RequestScope {
  const id = requestId(daemon, request.id);
  // Watching is no step of its own.
  if (!daemon.xray.isListening || watchingPath.test(request.path))
    return { id, backend: plain, end: () => undefined };
  const { clock } = daemon;
  const trace = new RequestTrace(id, { hub: daemon.xray, now: () => clock.now() });
  const backend = makeVerbs({ ...daemon, trace, guest: traceGuest(daemon.guest, trace) });
  const { method, path } = request;
  const startedMs = clock.now();
  trace.note({
    kind: 'request',
    operation: 'begin',
    arguments: { method, path, ...commandOf(request) },
  });
  return {
    id,
    backend: {
      ...backend,
      imagePull: (options) =>
        backend.imagePull({ ...options, onProgress: traceProgress(options.onProgress, trace) }),
    },
    end: (status) =>
      trace.done(
        { kind: 'request', operation: 'end', arguments: { method, path, status } },
        { startedMs, durationMicroseconds: (clock.now() - startedMs) * 1000 },
      ),
  };
}

function requestId({ random }: Daemon, wanted: string | undefined): string {
  if (wanted !== undefined && requestIdPattern.test(wanted)) return wanted;
  return hexOf(random(requestIdBytes));
}

function commandOf({ command }: RequestInfo): { command?: string } {
  if (command === undefined || command.length > commandLengthMax) return {};
  try {
    return { command: decodeURIComponent(command) };
  } catch {
    return {};
  }
}
