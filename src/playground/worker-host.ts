/**
 * The container host in two fresh workers: one for the machine, one for the engine. The page only
 * introduces them to each other and passes terminal bytes on.
 */
import { proxy, transfer, wrap } from 'comlink';
import type { Remote } from 'comlink';
import type { HostFiles, WriteOutcome } from '../api/files.ts';
import type { ApiHandler } from '../api/http.ts';
import type { HostSessions, SavedTerminal } from '../api/sessions.ts';
import { toDisposable } from '../lib/disposable.ts';
import { KindError } from '../lib/errors.ts';
import { portDuplex } from '../lib/port-duplex.ts';
import { requestOverPort } from '../client/request-port.ts';
import type { PublishedPort } from '../preview/published-port.ts';
import type { Mapping } from '../preview/rewrite-headers.ts';
import type {
  ContainerHost,
  EngineRequest,
  EngineResponse,
  HostEvents,
  RunResult,
  ShellConnection,
  TerminalSize,
} from './container-host.ts';
import type {
  EarlyMachine,
  EngineWorkerApi,
  EngineWorkerEvents,
  EngineWorkerOptions,
  VmWorkerApi,
  VmWorkerEvents,
  VmWorkerOptions,
} from './worker-protocol.ts';

export interface WorkerHostOptions {
  readonly createVmWorker: () => Worker;
  readonly createEngineWorker: () => Worker;
  readonly baseUrl: string;
  /** Forgets everything with the page: embeds do. */
  readonly ephemeral?: boolean;
  /** Goes on from a saved session instead of booting. */
  readonly session?: string | undefined;
  /** In place of a worker that it would create. Not for a session. */
  readonly early?: EarlyMachine | undefined;
}

export class WorkerHost implements ContainerHost {
  readonly api: ApiHandler = requestOverPort((request, port) =>
    this.#call(this.#engine.request(request, transfer(port, [port]))),
  );
  readonly files: HostFiles = this.#openFiles();
  readonly sessions?: HostSessions;
  readonly savedTerminals: Promise<readonly SavedTerminal[]>;
  #tellTerminals: (terminals: readonly SavedTerminal[]) => void = () => undefined;
  readonly #options: WorkerHostOptions;
  readonly #vmWorker: Worker;
  readonly #engineWorker: Worker;
  readonly #vm: Remote<VmWorkerApi>;
  readonly #engine: Remote<EngineWorkerApi>;
  /** Rejects when a worker dies or the host is disposed: calls to a dead worker would wait for ever. */
  readonly #gone: Promise<never>;
  #fail: (error: KindError) => void = () => undefined;

  constructor(options: WorkerHostOptions) {
    this.#options = options;
    this.#vmWorker = options.early?.worker ?? options.createVmWorker();
    this.#engineWorker = options.createEngineWorker();
    this.#vm = wrap<VmWorkerApi>(this.#vmWorker);
    this.#engine = wrap<EngineWorkerApi>(this.#engineWorker);
    this.#gone = new Promise((_, reject) => {
      this.#fail = reject;
    });
    this.#gone.catch(() => undefined);
    this.savedTerminals = new Promise((resolve) => {
      this.#tellTerminals = resolve;
    });
    if (options.ephemeral !== true) this.sessions = this.#openSessions();
    this.#watch(this.#vmWorker, 'machine');
    this.#watch(this.#engineWorker, 'engine');
  }

  async boot(events: HostEvents): Promise<void> {
    this.#gone.catch((error: KindError) => events.lost(error.message));
    const { baseUrl } = this.#options;
    const { port1, port2 } = new MessageChannel();
    const vmEvents: VmWorkerEvents = {
      downloaded: (receivedBytes, totalBytes) => events.downloaded(receivedBytes, totalBytes),
      booting: () => events.phase('booting'),
      disk: (lasts) => {
        void this.#engine.disk(lasts);
        events.disk(lasts);
      },
      console: (text) => events.console(text),
      failed: (cause) => this.#fail(new KindError('unavailable', cause)),
    };
    const engineEvents: EngineWorkerEvents = {
      booted: () => events.phase('starting'),
      failed: (cause) => this.#fail(new KindError('unavailable', cause)),
    };
    const memory = this.#options.ephemeral === true ? new MessageChannel() : undefined;
    const { session, early } = this.#options;
    early?.onProgress((received, total) => events.downloaded(received, total));
    const saved =
      session === undefined ? undefined : await this.#call(this.#vm.openSession(session));
    this.#tellTerminals(saved?.terminals ?? []);
    const engine = workerOptions(
      { baseUrl, machinePort: port2, ...(saved === undefined ? {} : { saved: saved.host }) },
      memory?.port2,
    );
    const assets = early === undefined ? {} : { assetPort: early.assetPort };
    const vm = workerOptions({ baseUrl, machinePort: port1, ...assets }, memory?.port1);
    const started = Promise.all([
      this.#engine.start(engine, proxy(engineEvents)),
      this.#vm.boot(vm, proxy(vmEvents)),
    ]);
    await Promise.race([started, this.#gone]);
    // Nobody waits for it, and what it misses is fetched when it is used.
    void this.#vm.prefetch();
  }

  async openShell(size: TerminalSize): Promise<ShellConnection> {
    const { port1, port2 } = new MessageChannel();
    const stream = portDuplex(port1);
    try {
      const { shell, key } = await this.#call(
        this.#engine.openShell(size, transfer(port2, [port2])),
      );
      const terminals = await this.savedTerminals;
      const exit = this.#call(this.#engine.waitShell(shell));
      exit.catch(() => stream.dispose());
      return {
        readable: stream.readable,
        writable: stream.writable,
        exit,
        key,
        before: terminals.find((terminal) => terminal.key === key),
        // A shell that is gone has no size; a worker that is gone shows elsewhere.
        resize: (size) => void this.#engine.resizeShell(shell, size),
        ...toDisposable(() => stream.dispose()),
      };
    } catch (error) {
      stream.dispose();
      throw error;
    }
  }

  watchPorts(listener: (ports: readonly PublishedPort[]) => void): void {
    // An engine that is gone shows elsewhere.
    this.#call(this.#engine.watchPorts(proxy(listener))).catch(() => undefined);
  }

  openPreview(mapping: Mapping, link: MessagePort): void {
    this.#call(this.#engine.openPreview(mapping, transfer(link, [link]))).catch(() => undefined);
  }

  run(commandLine: string): Promise<RunResult> {
    return this.#call(this.#engine.run(commandLine));
  }

  engine(request: EngineRequest): Promise<EngineResponse> {
    return this.#call(this.#engine.engine(request));
  }

  pause(): Promise<void> {
    return this.#call(this.#vm.pause());
  }

  resume(): Promise<void> {
    return this.#call(this.#vm.resume());
  }

  dispose(): void {
    this.#fail(new KindError('cancelled', 'The machine was turned off'));
    this.#vmWorker.terminate();
    this.#engineWorker.terminate();
  }

  /** Made when it is first used: most visits never look at a file. */
  #openFiles(): HostFiles {
    let opened: Remote<HostFiles> | undefined;
    const remote = (): Remote<HostFiles> => {
      if (opened === undefined) {
        const { port1, port2 } = new MessageChannel();
        this.#engine.openFiles(transfer(port2, [port2])).catch(() => undefined);
        opened = wrap<HostFiles>(port1);
      }
      return opened;
    };
    return {
      list: (path) => this.#call(remote().list(path)),
      stat: (path) => this.#call(remote().stat(path)),
      read: (path, sizeBytesMax) => this.#call(remote().read(path, sizeBytesMax)),
      write: (path, content, options) =>
        this.#call<WriteOutcome>(remote().write(path, content, options)),
      makeFolder: (path) => this.#call(remote().makeFolder(path)),
      rename: (from, to) => this.#call(remote().rename(from, to)),
      remove: (path) => this.#call(remote().remove(path)),
      readTar: (path) => this.#call(remote().readTar(path)),
    };
  }

  #openSessions(): HostSessions {
    return {
      save: async (options) => {
        // Whoever is asked to stand still must be able to finish what it is about.
        await this.resume();
        const notes = await this.#call(this.#engine.holdMachine());
        try {
          await this.#call(this.#vm.captureSession());
        } finally {
          await this.#call(this.#engine.releaseMachine());
        }
        return this.#call(this.#vm.storeSession(options, notes));
      },
      list: () => this.#call(this.#vm.sessions()),
      rename: (id, name) => this.#call(this.#vm.renameSession(id, name)),
      remove: async (id) => {
        await this.#call(this.#vm.removeSession(id));
        await this.#call(this.#engine.sessionsChanged());
      },
      exportFile: (id) => this.#call(this.#vm.exportSession(id)),
      importFile: async (file) => {
        const info = await this.#call(this.#vm.importSession(file));
        await this.#call(this.#engine.sessionsChanged());
        return info;
      },
    };
  }

  #call<T>(answer: Promise<T>): Promise<T> {
    return Promise.race([answer, this.#gone]);
  }

  #watch(worker: Worker, name: string): void {
    worker.addEventListener('error', (event) => {
      const cause =
        event.message === '' || event.message === undefined
          ? 'it could not be loaded'
          : event.message;
      this.#fail(new KindError('unavailable', `The ${name} worker failed: ${cause}`));
    });
  }
}

function workerOptions(
  options: EngineWorkerOptions & VmWorkerOptions,
  memoryPort: MessagePort | undefined,
): EngineWorkerOptions & VmWorkerOptions {
  const { machinePort, assetPort } = options;
  const ports = [machinePort, memoryPort, assetPort].filter((port) => port !== undefined);
  return transfer(memoryPort === undefined ? options : { ...options, memoryPort }, ports);
}
