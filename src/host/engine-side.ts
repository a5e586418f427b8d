/**
 * What a host needs once the first prompt is there: the engine with its stores and registries, the API in front of it, and
 * the way out. A module of its own, loaded while the kernel boots, so that nobody waits for it before a prompt.
 */
import type { ApiHandler } from '../api/http.ts';
import { createEngine, type Engine } from '../engine/engine.ts';
import type { RegistryAccess } from '../engine/registry-access.ts';
import { createEngineServer } from '../engine/server/server.ts';
import { serveConnection } from '../engine/server/http/serve-connection.ts';
import { GuestGateway } from '../egress/guest-gateway.ts';
import type { FindEgress } from '../egress/egress.ts';
import type { Guest } from '../guest/guest.ts';
import { ImageStore } from '../image/image-store.ts';
import { resolveStoredLinks } from '../image/layer-links.ts';
import { LayerStore } from '../image/layer-store.ts';
import { DisposableStore, type Disposable } from '../lib/disposable.ts';
import type { AnswerQuery } from '../network/dns/dns-server.ts';
import {
  type EndpointResolver,
  directEndpoint,
  hubMirror,
  isInsecureRegistry,
  inOrder,
  libraryMirror,
  proxyEndpoint,
} from '../registry/endpoint.ts';
import { LoginClient, type LoginEndpoint } from '../registry/login.ts';
import { Puller } from '../registry/pull.ts';
import { Pusher } from '../registry/push.ts';
import { directSearch, proxySearch, SearchClient } from '../registry/search.ts';
import type { HostOptions } from './create-host.ts';
import { createIndexSink, remappedIndexSink } from './layer-index-sink.ts';
import { createRegistryAccess } from './registry-access.ts';

export interface EngineSide extends Disposable {
  readonly engine: Engine;
  /** Answers at once, set up or not. */
  readonly server: ApiHandler;
  readonly gateway: GuestGateway;
  /** HTTP/1.1 on a connection of the machine's socket. */
  readonly serveConnection: typeof serveConnection;
}

const memorySizeBytesDefault = 528 * 1024 * 1024;

export function createEngineSide(guest: Guest, options: HostOptions): EngineSide {
  const owned = new DisposableStore();
  const gateway = owned.add(new GuestGateway({ guest, ...findEgressOf(options) }));
  const engine = owned.add(
    createHostEngine(guest, { ...options, resolveName: (query) => gateway.resolve(query) }),
  );
  return {
    engine,
    server: createEngineServer(engine),
    gateway,
    serveConnection,
    dispose: () => owned.dispose(),
  };
}

function findEgressOf({ findEgress }: HostOptions): { findEgress?: FindEgress } {
  return findEgress === undefined ? {} : { findEgress };
}

function createHostEngine(
  guest: Guest,
  options: HostOptions & { readonly resolveName: AnswerQuery },
): Engine {
  const { content, records } = options;
  const layers = new LayerStore({
    content,
    records,
    createIndexSink: options.ids === undefined ? createIndexSink : remappedIndexSink(options.ids),
    resolveLinks: resolveStoredLinks,
  });
  const images = new ImageStore({ content, records, layers });
  const whenAlone = options.whenAlone ?? ((run) => run());
  // Containers of before keep their layers.
  let tellRestored: (restored: Promise<void>) => void = () => undefined;
  const restored = new Promise<void>((resolve) => {
    tellRestored = resolve;
  });
  const swept = whenAlone(() => restored.then(() => images.collectGarbage()));
  swept.catch(() => undefined); // the first pull hears of it
  const engine = createEngine({
    guest,
    images,
    resolveName: options.resolveName,
    state: options.state ?? records,
    registry: registryOf(options, { images, ready: swept }),
    ...(options.pinnedLayers === undefined ? {} : { pinnedLayers: options.pinnedLayers }),
    ...(options.saved === undefined ? {} : { saved: options.saved.engine }),
    memorySizeBytes: options.memorySizeBytes ?? memorySizeBytesDefault,
    registryMirrors: options.registryMirrors ?? [],
    insecureRegistries: options.insecureRegistries ?? [],
    ...(options.ids === undefined ? {} : { ids: options.ids }),
  });
  tellRestored(engine.restored);
  return engine;
}

function registryOf(
  options: HostOptions,
  { images, ready }: { images: ImageStore; ready: Promise<void> },
): RegistryAccess {
  const { fetch, proxyUrl } = options;
  const parts = { images, fetch, endpoints: endpointsOf(options) };
  const endpoint = proxyUrl === undefined ? directSearch : proxySearch(originOf(proxyUrl));
  return createRegistryAccess({
    puller: new Puller(parts),
    pusher: new Pusher(parts),
    searcher: new SearchClient({ fetch, endpoint }),
    loginClient: new LoginClient({ fetch, endpoint: loginEndpoint(options) }),
    download:
      options.download ?? ((url, signal) => fetch(url, signal === undefined ? {} : { signal })),
    ready,
  });
}

function endpointsOf(options: HostOptions): EndpointResolver {
  const { libraryUrl, proxyUrl, registryMirrors = [] } = options;
  const registry =
    proxyUrl === undefined ? directEndpoint(options) : proxyEndpoint(originOf(proxyUrl));
  return inOrder(libraryMirror(libraryUrl), ...registryMirrors.map(hubMirror), registry);
}

function loginEndpoint({ proxyUrl, insecureRegistries }: HostOptions): LoginEndpoint {
  if (proxyUrl !== undefined) return (host) => `${originOf(proxyUrl)}/v2/${host}/`;
  return (host) =>
    `${isInsecureRegistry(host, insecureRegistries) ? 'http' : 'https'}://${host}/v2/`;
}

function originOf(url: string): string {
  return url.replace(/\/+$/, '');
}
