/**
 * One container host put together, free of any platform: the agent's client over the machine's frame
 * channel, the engine over it, the API in front, and the `docker` program of the machine answered by the
 * CLI. The browser and Node give it stores, a fetch and a channel.
 */
import type { ApiHandler } from '../api/http.ts';
import type { CliInvocation } from '../cli/invocation.ts';
import { runCli } from '../cli/run-cli.ts';
import { ApiClient } from '../client/api-client.ts';
import { createEngine, type Engine } from '../engine/engine.ts';
import { serveConnection } from '../engine/server/http/serve-connection.ts';
import type { RegistryAccess } from '../engine/registry-access.ts';
import { createEngineServer } from '../engine/server/server.ts';
import type { FindEgress } from '../egress/egress.ts';
import { GuestGateway } from '../egress/guest-gateway.ts';
import { AgentClient } from '../guest/agent-client.ts';
import type { DockerInvocation, Guest, GuestProcess } from '../guest/guest.ts';
import type { ContentStore, RecordStore } from '../image/content-store.ts';
import { ImageStore } from '../image/image-store.ts';
import { resolveStoredLinks } from '../image/layer-links.ts';
import { LayerStore } from '../image/layer-store.ts';
import { DisposableStore, toDisposable, type Disposable } from '../lib/disposable.ts';
import type { FrameChannel } from '../vm/machine.ts';
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
import { PublishedPorts } from '../preview/published-ports.ts';
import { Pusher } from '../registry/push.ts';
import { directSearch, proxySearch, SearchClient } from '../registry/search.ts';
import { createIndexSink } from './layer-index-sink.ts';
import { machineFiles } from './machine-files.ts';
import { type CommandResult, type ShellSize, runCommand, shellPlan } from './machine-shell.ts';
import { createRegistryAccess } from './registry-access.ts';
import { SetupOrder } from './setup-order.ts';

export interface HostOptions {
  readonly channel: FrameChannel;
  readonly content: ContentStore;
  readonly records: RecordStore;
  /** Keeps the engine's containers and volumes, which belong to one disk; `records` when absent. */
  readonly state?: RecordStore;
  readonly fetch: typeof fetch;
  /** Where the bundled library is; ends with a slash. */
  readonly libraryUrl: string;
  /** Origin of the registry proxy; absent, registries are asked directly (Node). */
  readonly proxyUrl?: string;
  /** Mirrors of Docker Hub, asked after the bundled library. */
  readonly registryMirrors?: readonly string[];
  /** Registries that speak HTTP although they are not on loopback. */
  readonly insecureRegistries?: readonly string[];
  readonly memorySizeBytes?: number;
  /** Fetches a URL that a user named, for `docker import`; by default `fetch` does, under the browser's rules. */
  readonly download?: (url: URL, signal?: AbortSignal) => Promise<Response>;
  /**
   * Runs its argument when no other host is at work on the same stores. By default they are this host's own, as a
   * data root is dockerd's.
   */
  readonly whenAlone?: (run: () => Promise<void>) => Promise<void>;
  /** The way out for containers; absent, there is none. The host disposes of it. */
  readonly findEgress?: FindEgress;
}

export interface Host extends Disposable {
  readonly guest: Guest;
  /** Resolves when the machine is set up and the Engine API answers. */
  readonly ready: Promise<void>;
  /** Resolves when the first shell shows its prompt; with `ready` when nobody opened one. */
  readonly shellReady: Promise<void>;
  /** Resolves when the machine has its network card and gateway, a moment after `ready`. */
  readonly networkReady: Promise<void>;
  /** Requests wait for `ready`. */
  readonly api: ApiHandler;
  /** The ports that lead to containers; nothing is watched before somebody asks. */
  readonly ports: PublishedPorts;
  /** An interactive shell of the machine on a pty. It waits for the agent alone, not for `ready`. */
  openShell(size: ShellSize): Promise<GuestProcess>;
  /** Runs a command line in the machine's shell, without a terminal. */
  run(commandLine: string): Promise<CommandResult>;
  /** Stops all containers and writes the disk out; `dispose()` is what is left to do. */
  shutDown(): Promise<void>;
  /** Tells everything that waits that the machine is gone. */
  machineLost(cause: string): void;
}

const memorySizeBytesDefault = 528 * 1024 * 1024;

export function createHost(options: HostOptions): Host {
  const guest = new AgentClient(options.channel);
  const gateway = new GuestGateway({ guest, ...findEgressOf(options) });
  const engine = createHostEngine(guest, {
    ...options,
    resolveName: (query) => gateway.resolve(query),
  });
  const server = createEngineServer(engine);
  const setup = new SetupOrder(guest.ready, () => engine.setUpMachine());
  const api: ApiHandler = async (request) => {
    await setup.demand();
    return server(request);
  };
  const owned = new DisposableStore();
  owned.add(guest);
  owned.add(engine);
  owned.add(gateway);
  owned.add(guest.onDocker((invocation) => void answerDocker(invocation, { api, guest })));
  const stopping = new AbortController();
  owned.add(toDisposable(() => stopping.abort()));
  const { signal } = stopping;
  owned.add(guest.onSocket((connection) => void serveConnection(connection, api, { signal })));
  const networkReady = setup.ready.then(() => gateway.setUp());
  networkReady.catch(() => undefined); // whoever waits for it hears of it
  const ports = new PublishedPorts({
    // Whoever is interested in ports does not make the setup begin.
    client: new ApiClient(async (request) => {
      await setup.ready;
      return server(request);
    }),
    readFiles: (paths) => guest.readFiles(paths),
    connect: (target) => guest.connect(target),
    openDatagrams: (local) => guest.openDatagrams(local),
  });
  owned.add(ports);
  let isReady = false;
  setup.ready.then(
    () => (isReady = true),
    () => undefined,
  );
  return {
    guest,
    ready: setup.ready,
    shellReady: setup.shellReady,
    networkReady,
    api,
    ports,
    openShell: (size) => setup.shell(() => guest.run(shellPlan(size))),
    run: async (commandLine) => {
      await setup.demand();
      return runCommand(guest, commandLine);
    },
    shutDown: async () => {
      if (isReady) await engine.shutDown();
    },
    machineLost: (cause) => guest.fail(cause),
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
    createIndexSink,
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
    memorySizeBytes: options.memorySizeBytes ?? memorySizeBytesDefault,
    registryMirrors: options.registryMirrors ?? [],
    insecureRegistries: options.insecureRegistries ?? [],
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

/** Runs the CLI for a `docker` typed on the machine; the program there waits for the exit code. */
async function answerDocker(
  invocation: DockerInvocation,
  { api, guest }: { api: ApiHandler; guest: Guest },
): Promise<void> {
  const exitCode = await runCli(cliInvocation(invocation), {
    handler: api,
    files: machineFiles(guest, invocation.processId),
  });
  await invocation.exit(exitCode).catch(() => undefined); // the program may be gone
}

/** What the CLI sees of an invocation: everything but its name and its end. */
function cliInvocation(invocation: DockerInvocation): CliInvocation {
  const { env, workingDirectory, stdin, stdout, stderr, terminal, signal } = invocation;
  return {
    argv: invocation.argv.slice(1),
    env,
    workingDirectory,
    stdin,
    stdout,
    stderr,
    terminal,
    signal,
    setRawMode: (raw) => invocation.setRawMode(raw),
    onResize: (listener) => invocation.onResize(listener),
    onSignal: (listener) => invocation.onSignal(listener),
  };
}
