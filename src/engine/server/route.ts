/** A route as data: method, path pattern, handler. `{name}` takes one segment, `{name...}` several. */
import type { ApiResponse } from '../../api/http.ts';
import type { EngineBackend } from './backend.ts';
import type { RouteRequest } from './route-request.ts';

export type RouteHandler = (backend: EngineBackend, request: RouteRequest) => Promise<ApiResponse>;

export type Route = readonly [method: string, pattern: string, handler: RouteHandler];

export interface CompiledRoute {
  readonly method: string;
  readonly pattern: RegExp;
  readonly handler: RouteHandler;
}

export function compileRoute([method, pattern, handler]: Route): CompiledRoute {
  const source = pattern
    .replace(/\{([a-z]+)\.\.\.\}/g, '(?<$1>.+)')
    .replace(/\{([a-z]+)\}/g, '(?<$1>[^/]+)');
  return { method, pattern: new RegExp(`^${source}$`), handler };
}

/** The first route that matches, and what its parameters are. */
export function matchRoute(
  routes: readonly CompiledRoute[],
  request: { readonly method: string; readonly path: string },
): { readonly route: CompiledRoute; readonly parameters: Record<string, string> } | undefined {
  for (const route of routes) {
    if (route.method !== request.method) continue;
    const match = route.pattern.exec(request.path);
    if (match === null) continue;
    const parameters = Object.entries(match.groups ?? {}).map(
      ([name, value]) => [name, decode(value)] as const,
    );
    return { route, parameters: Object.fromEntries(parameters) };
  }
  return undefined;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
