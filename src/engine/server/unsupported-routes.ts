/**
 * Documented operations of Docker that one host without swarm, plugins or a builder does not have. Each gets the
 * answer of a dockerd in that state, or says plainly what is missing; never "page not found".
 */
import { KindError, type ErrorKind } from '../../lib/errors.ts';
import { jsonResponse } from './respond.ts';
import type { Route, RouteHandler } from './route.ts';

const notManager =
  'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.';

const noManager = refuse('unavailable', notManager);
const notInSwarm = refuse('unavailable', 'This node is not part of a swarm');
const noSwarm = refuse('notImplemented', 'swarm mode is not available');
const noClusterVolumes = refuse(
  'unavailable',
  'volume update only valid for cluster volumes, but swarm is unavailable',
);
const noPlugins = refuse('notImplemented', 'managed plugins are not available');
const noSession = refuse(
  'notImplemented',
  'sessions are not available: this engine takes the build context as the body of POST /build',
);

export const unsupportedRoutes: readonly Route[] = [
  ['POST', '/session', noSession],

  ['PUT', '/volumes/{name}', noClusterVolumes],

  ['GET', '/swarm', noManager],
  ['POST', '/swarm/init', noSwarm],
  ['POST', '/swarm/join', noSwarm],
  ['POST', '/swarm/leave', notInSwarm],
  ['POST', '/swarm/update', noManager],
  ['GET', '/swarm/unlockkey', noManager],
  ['POST', '/swarm/unlock', notInSwarm],
  ...managed('nodes', { create: false }),
  ...managed('services', { create: true }),
  ['GET', '/services/{id}/logs', noManager],
  ['GET', '/tasks', noManager],
  ['GET', '/tasks/{id}', noManager],
  ['GET', '/tasks/{id}/logs', noManager],
  ...managed('secrets', { create: true }),
  ...managed('configs', { create: true }),

  ['GET', '/plugins', async () => jsonResponse(200, [])],
  ['GET', '/plugins/privileges', noPlugins],
  ['POST', '/plugins/pull', noPlugins],
  ['POST', '/plugins/create', noPlugins],
  ['GET', '/plugins/{name...}/json', noSuchPlugin],
  ['POST', '/plugins/{name...}/enable', noSuchPlugin],
  ['POST', '/plugins/{name...}/disable', noSuchPlugin],
  ['POST', '/plugins/{name...}/upgrade', noSuchPlugin],
  ['POST', '/plugins/{name...}/push', noSuchPlugin],
  ['POST', '/plugins/{name...}/set', noSuchPlugin],
  ['DELETE', '/plugins/{name...}', noSuchPlugin],
];

/** The operations of a kind of object that only swarm managers have. */
function managed(kind: string, { create }: { readonly create: boolean }): Route[] {
  return [
    ['GET', `/${kind}`, noManager],
    ...(create ? [['POST', `/${kind}/create`, noManager] as const] : []),
    ['GET', `/${kind}/{id}`, noManager],
    ['DELETE', `/${kind}/{id}`, noManager],
    ['POST', `/${kind}/{id}/update`, noManager],
  ];
}

function refuse(kind: ErrorKind, message: string): RouteHandler {
  return () => Promise.reject(new KindError(kind, message));
}

async function noSuchPlugin(...[, request]: Parameters<RouteHandler>): ReturnType<RouteHandler> {
  throw new KindError('notFound', `plugin "${request.parameter('name')}" not found`);
}
