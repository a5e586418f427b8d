/** A container host without a machine, for tests and for work on the page: a shell that echoes. */
import type { ApiHandler } from '../api/http.ts';
import { FakeFiles } from './files/fake-files.ts';
import { KindError } from '../lib/errors.ts';
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

export interface FakeHostOptions {
  /** Pause of each step of the boot. */
  readonly stepMs?: number;
  /** Boot rejects with this message after the download. */
  readonly bootFailure?: string;
  /** Answers the views; by default nothing is found. */
  readonly api?: ApiHandler;
}

export class FakeHost implements ContainerHost {
  readonly shells: FakeShell[] = [];
  readonly commandLines: string[] = [];
  readonly previews: { readonly mapping: Mapping; readonly link: MessagePort }[] = [];
  tellPorts: (ports: readonly PublishedPort[]) => void = () => undefined;
  events: HostEvents | undefined;
  disposed = false;
  paused = false;
  readonly api: ApiHandler;
  readonly files = new FakeFiles();
  readonly #options: FakeHostOptions;

  constructor(options: FakeHostOptions = {}) {
    this.#options = options;
    this.api = options.api ?? (() => Promise.resolve({ status: 404, headers: {} }));
  }

  async boot(events: HostEvents): Promise<void> {
    this.events = events;
    const totalBytes = 4_100_000;
    for (let part = 0; part <= 10; part++) {
      events.downloaded((totalBytes * part) / 10, totalBytes);
      await this.#pause();
    }
    events.phase('booting');
    events.console('[    0.000000] Linux version 6.12.0 (fake)\n');
    await this.#pause();
    if (this.#options.bootFailure !== undefined) {
      throw new KindError('unavailable', this.#options.bootFailure);
    }
    events.phase('starting');
    await this.#pause();
  }

  openShell(size: TerminalSize): Promise<ShellConnection> {
    const shell = new FakeShell(size);
    this.shells.push(shell);
    return Promise.resolve(shell);
  }

  watchPorts(listener: (ports: readonly PublishedPort[]) => void): void {
    this.tellPorts = listener;
  }

  openPreview(mapping: Mapping, link: MessagePort): void {
    this.previews.push({ mapping, link });
  }

  run(commandLine: string): Promise<RunResult> {
    this.commandLines.push(commandLine);
    return Promise.resolve({ stdout: `${commandLine}\n`, stderr: '', exitCode: 0 });
  }

  engine(request: EngineRequest): Promise<EngineResponse> {
    const body = new TextEncoder().encode(JSON.stringify({ path: request.path }));
    return Promise.resolve({ status: 200, headers: { 'content-type': 'application/json' }, body });
  }

  pause(): Promise<void> {
    this.paused = true;
    return Promise.resolve();
  }

  resume(): Promise<void> {
    this.paused = false;
    return Promise.resolve();
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.events?.lost('Turned off');
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      setTimeout(resolve, this.#options.stepMs ?? 0);
    });
  }
}

/** Echoes what it gets; `exit` ends it. */
export class FakeShell implements ShellConnection {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  readonly exit: Promise<number>;
  readonly sizes: TerminalSize[];
  disposed = false;
  #output: ReadableStreamDefaultController<Uint8Array> | undefined;
  #resolveExit: (code: number) => void = () => undefined;

  constructor(size: TerminalSize) {
    this.sizes = [size];
    this.exit = new Promise((resolve) => {
      this.#resolveExit = resolve;
    });
    this.readable = new ReadableStream({
      start: (controller) => {
        this.#output = controller;
        controller.enqueue(new TextEncoder().encode('root@bottleship:~# '));
      },
    });
    this.writable = new WritableStream({ write: (bytes) => this.#echo(bytes) });
  }

  resize(size: TerminalSize): void {
    this.sizes.push(size);
  }

  end(exitCode: number): void {
    this.#output?.close();
    this.#output = undefined;
    this.#resolveExit(exitCode);
  }

  dispose(): void {
    this.disposed = true;
    if (this.#output !== undefined) this.end(129);
  }

  #echo(bytes: Uint8Array): void {
    const text = new TextDecoder().decode(bytes).replaceAll('\r', '\r\nroot@bottleship:~# ');
    this.#output?.enqueue(new TextEncoder().encode(text));
  }
}
