/**
 * One container host put together, free of any platform: the agent's client over the machine's frame
 * channel, the engine over it, the API in front, and the `docker` program of the machine answered by the
 * CLI. The browser and Node give it stores, a fetch and a channel.
 */
import type { ApiHandler } from '../api/http.ts';
import type { FindEgress } from '../egress/egress.ts';
import type { Engine } from '../engine/engine.ts';
import { AgentClient } from '../guest/agent-client.ts';
import type { DockerInvocation, Guest, GuestProcess } from '../guest/guest.ts';
import type { IdMapping } from '../guest/id-mapping.ts';
import type { ContentStore, RecordStore } from '../image/content-store.ts';
import { DisposableStore, toDisposable, type Disposable } from '../lib/disposable.ts';
import { errorMessage } from '../lib/errors.ts';
import type { PublishedPorts } from '../preview/published-ports.ts';
import type { FrameChannel } from '../vm/machine.ts';
import type { VirtualSwitch } from '../vm/virtual-switch.ts';
import { ApiGate } from './api-gate.ts';
import type { EngineSide } from './engine-side.ts';
import type { LanGatewayOptions } from './join-lan.ts';
import { KeptShells } from './kept-shells.ts';
import { type CommandResult, type ShellSize, runCommand } from './machine-shell.ts';
import type { HeldHost, SavedHost } from './saved-host.ts';
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
  /** Of the containers' users; the 9p server turns the owners of layers likewise. Absent, they are the machine's. */
  readonly ids?: IdMapping;
  /** Fetches a URL that a user named, for `docker import`; by default `fetch` does, under the browser's rules. */
  readonly download?: (url: URL, signal?: AbortSignal) => Promise<Response>;
  /**
   * Runs its argument when no other host is at work on the same stores. By default they are this host's own, as a
   * data root is dockerd's.
   */
  readonly whenAlone?: (run: () => Promise<void>) => Promise<void>;
  /** The way out for containers; absent, there is none. The host disposes of it. */
  readonly findEgress?: FindEgress;
  /** Layers that stay although no image has them: those of saved sessions. */
  readonly pinnedLayers?: Iterable<string>;
  /** The machine was restored, and this is what the host of before knew of it. */
  readonly saved?: SavedHost;
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
  ports(): Promise<PublishedPorts>;
  /**
   * Loads what is not needed before the first prompt, the engine and the CLI, which otherwise come when they are first
   * asked for. For a moment in which nobody waits for the processor.
   */
  warmUp(): void;
  /** An interactive shell of the machine on a pty. It waits for the agent alone, not for `ready`. */
  openShell(size: ShellSize): Promise<GuestProcess>;
  /** Runs a command line in the machine's shell, without a terminal. */
  run(commandLine: string): Promise<CommandResult>;
  /** Puts the machine's gateway on a LAN of several machines, whose way out it is then too. Disposing unplugs it. */
  plugGateway(lan: VirtualSwitch, options: LanGatewayOptions): Promise<Disposable>;
  /**
   * Stands still, between two requests and with all logs written, so that the machine can be paused and saved. Rejects
   * `conflict` with what takes too long. The machine must run.
   */
  hold(): Promise<HeldHost>;
  /** Stops all containers and writes the disk out; `dispose()` is what is left to do. */
  shutDown(): Promise<void>;
  /** Tells everything that waits that the machine is gone. */
  machineLost(cause: string): void;
}

export function createHost(options: HostOptions): Host {
  const { saved } = options;
  const guest = new AgentClient(options.channel, saved === undefined ? {} : { saved: saved.guest });
  const owned = new DisposableStore();
  owned.add(guest);
  let loading: Promise<EngineSide> | undefined;
  const side = (): Promise<EngineSide> =>
    (loading ??= import('./engine-side.ts').then(({ createEngineSide }) =>
      owned.add(createEngineSide(guest, options)),
    ));
  const setup = new SetupOrder(guest.ready, async () => (await side()).engine.setUpMachine());
  // What runs on a restored machine waits for nobody's prompt.
  if (saved !== undefined) setup.demand().catch(() => undefined);
  const gate = new ApiGate(async (request) => {
    await setup.demand();
    return (await side()).server(request);
  });
  const api = gate.handle;
  owned.add(answerMachine(guest, { api, side }));
  const networkReady = setup.ready.then(async () =>
    (await side()).gateway.setUp({ isMade: saved !== undefined }),
  );
  networkReady.catch(() => undefined); // whoever waits for it hears of it
  let loadingPorts: Promise<PublishedPorts> | undefined;
  const ports = (): Promise<PublishedPorts> =>
    (loadingPorts ??= import('./guest-ports.ts').then(({ createGuestPorts }) =>
      owned.add(
        createGuestPorts(guest, async (request) => {
          // Whoever is interested in ports does not make the setup begin.
          await setup.ready;
          return (await side()).server(request);
        }),
      ),
    ));
  const shells = new KeptShells(guest);
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
    warmUp: () => void Promise.all([side(), answerDocker()]).catch(() => undefined),
    openShell: (size) => setup.shell(() => shells.open(size)),
    run: async (commandLine) => {
      await setup.demand();
      return runCommand(guest, commandLine);
    },
    plugGateway: async (lan, options) => {
      await networkReady;
      const { plugGateway } = await import('./join-lan.ts');
      return plugGateway((await side()).gateway, lan, options);
    },
    hold: async () => {
      await setup.demand();
      await networkReady.catch(() => undefined);
      return holdHost({ gate, guest, engine: (await side()).engine });
    },
    shutDown: async () => {
      if (isReady) await (await side()).engine.shutDown();
    },
    machineLost: (cause) => guest.fail(cause),
    dispose: () => owned.dispose(),
  };
}

/** Between two requests, with nothing on its way to a log. */
async function holdHost(parts: {
  readonly gate: ApiGate;
  readonly guest: AgentClient;
  readonly engine: Engine;
}): Promise<HeldHost> {
  const { gate, guest, engine } = parts;
  const held = new DisposableStore();
  held.add(await gate.close());
  try {
    guest.stopOutput();
    held.add(toDisposable(() => guest.thaw()));
    held.add(await engine.hold());
  } catch (error) {
    held.dispose();
    throw error;
  }
  return {
    save: () => ({ guest: guest.freeze(), engine: engine.save() }),
    dispose: () => held.dispose(),
  };
}

/** What the machine asks of the host: its `docker` program and its docker.sock. */
function answerMachine(
  guest: AgentClient,
  { api, side }: { readonly api: ApiHandler; readonly side: () => Promise<EngineSide> },
): Disposable {
  const owned = new DisposableStore();
  const stopping = new AbortController();
  const { signal } = stopping;
  owned.add(toDisposable(() => stopping.abort()));
  owned.add(
    guest.onDocker((invocation) => {
      answerDocker().then(
        (program) => program.answerDocker(invocation, { api, guest }),
        (error: unknown) => refuseDocker(invocation, error),
      );
    }),
  );
  owned.add(
    guest.onSocket((connection) => {
      side().then(
        ({ serveConnection }) => serveConnection(connection, api, { signal }),
        (error: unknown) => connection.writable.abort(error).catch(() => undefined),
      );
    }),
  );
  return owned;
}

/** A site that was replaced by a new version no longer has the old one's files. */
async function refuseDocker(invocation: DockerInvocation, error: unknown): Promise<void> {
  const writer = invocation.stderr.getWriter();
  const text = `Cannot load the docker command: ${errorMessage(error)}\n`;
  await writer.write(new TextEncoder().encode(text)).catch(() => undefined); // the program may be gone
  await invocation.exit(1).catch(() => undefined);
}

/** The CLI is loaded with the first command line, or before by `warmUp()`. */
function answerDocker(): Promise<typeof import('./answer-docker.ts')> {
  return import('./answer-docker.ts');
}
