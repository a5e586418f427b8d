/** The guest as the agent serves it: each call is a stream of its own over the frame channel. */
import { toDisposable, type Disposable } from '../lib/disposable.ts';
import type { Duplex } from '../lib/duplex.ts';
import { KindError } from '../lib/errors.ts';
import type { FrameChannel } from '../vm/machine.ts';
import { AgentSockets, placeFields } from './agent-sockets.ts';
import { AgentDocker } from './agent-docker.ts';
import type { AgentStream } from './agent-stream.ts';
import { deferred } from './deferred.ts';
import type {
  ApplyOptions,
  ConnectTarget,
  DockerInvocation,
  FileAppender,
  FileStat,
  Guest,
  GuestProcess,
  PathOptions,
  ReadTarOptions,
  RunOptions,
  StepTrace,
  WriteTarOptions,
} from './guest.ts';
import { AgentProcess, readFailure, readStep } from './guest-process.ts';
import { Multiplexer, type MultiplexerHandlers } from './multiplexer.ts';
import { encodeApply, encodeRun } from './plan-encoder.ts';
import type { SetupPlan } from './plan.ts';
import { channel, controlKind, field, openKind } from './protocol.ts';
import {
  collectBytes,
  duplexOf,
  idMapFields,
  request,
  splitFiles,
  waitForResult,
} from './requests.ts';
import type {
  AcceptedConnection,
  DatagramSocket,
  EthernetOptions,
  EthernetPort,
  ListenOptions,
  SocketListener,
} from './sockets.ts';
import type { SavedGuest } from './saved-guest.ts';
import { BodyWriter, Fields, MalformedError } from './wire.ts';

/** A cold boot takes about a second; a slow device with an empty cache many. */
const helloTimeoutMsDefault = 120_000;
const readSizeBytesMaxDefault = 16 * 1024 * 1024;
const errnoRefused = 111;
const errnoBadMessage = 74;

const fileTypes = ['file', 'dir', 'symlink', 'char', 'block', 'fifo', 'socket'] as const;

export interface AgentClientOptions {
  readonly helloTimeoutMs?: number;
  /** The agent runs already, in a restored machine: ask it to start over. */
  readonly resume?: boolean;
  /** The machine was restored, and the link goes on where it was. */
  readonly saved?: SavedGuest;
}

export class AgentClient implements Guest {
  readonly ready: Promise<void>;
  readonly #multiplexer: Multiplexer;
  readonly #sockets = new AgentSockets((body) => this.#open(body));
  readonly #helloTimeoutMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Settled by the agent's hello; a new one waits for the next when the link was lost. */
  #hello = deferred<void>();
  #isGone = false;
  #docker: ((invocation: DockerInvocation) => void) | undefined;
  #socket: ((connection: Duplex) => void) | undefined;
  /** Of the `docker` programs that wait, by stream. */
  readonly #invocations = new Map<number, AgentDocker>();
  /** Processes that have a key. */
  readonly #kept = new Map<string, AgentProcess>();
  /** Those of them that nobody asked for since the machine was restored. */
  readonly #orphans = new Set<string>();

  constructor(frames: FrameChannel, options: AgentClientOptions = {}) {
    this.#helloTimeoutMs = options.helloTimeoutMs ?? helloTimeoutMsDefault;
    this.ready = this.#hello.promise;
    this.#awaitHello();
    const handlers: MultiplexerHandlers = {
      onHello: () => this.#takeHello(),
      onOpen: (stream, body) => this.#takeOpen(stream, body),
      onLost: () => {
        if (this.#isGone) return;
        this.#hello = deferred();
        this.#awaitHello();
      },
    };
    this.#multiplexer = new Multiplexer(frames, handlers, options.saved);
    if (options.resume === true) this.#multiplexer.greet();
    if (options.saved !== undefined) this.#restore(options.saved);
  }

  /** Hands on no output of processes with a key until `thaw()`: what is read of it is read. */
  stopOutput(): void {
    for (const process of this.#kept.values()) process.stop();
  }

  /**
   * Stops sending and tells where everything stands. The machine must stand still. Only processes with a key go on
   * when it is restored; whatever else is open ends then.
   */
  freeze(): SavedGuest {
    const { link, streamIdNext, streamIds } = this.#multiplexer.freeze();
    const processes = Array.from(this.#kept)
      .filter(([, process]) => process.isOpen)
      .map(([key, process]) => process.save(key));
    const kept = new Set(processes.map(({ stream }) => stream.id));
    const abandoned = streamIds
      .filter((id) => !kept.has(id))
      .map((id) => {
        const text = this.#invocations.get(id)?.textWhenRestored;
        return text === undefined ? { id } : { id, text };
      });
    return { link, streamIdNext, processes, abandoned };
  }

  /** Goes on after `stopOutput()` and `freeze()`. */
  thaw(): void {
    this.#multiplexer.thaw();
    for (const process of this.#kept.values()) process.go();
  }

  adopt(key: string): GuestProcess | undefined {
    return this.#orphans.delete(key) ? this.#kept.get(key) : undefined;
  }

  /** The machine is gone: everything that waits, and whatever is asked later, rejects `unavailable` with this cause. */
  fail(cause: string): void {
    this.#isGone = true;
    clearTimeout(this.#timer);
    const error = new KindError('unavailable', `Machine is not available: ${cause}`);
    this.#hello.reject(error);
    // A hello that was heard counts no more.
    this.#hello = deferred();
    this.#hello.promise.catch(() => {});
    this.#hello.reject(error);
    this.#multiplexer.fail(error);
  }

  async run(plan: SetupPlan, options: RunOptions = {}): Promise<GuestProcess> {
    const stream = await this.#open(encodeRun(plan, options), options.signal);
    const process = new AgentProcess(stream, {
      signalProcess: (id, number) => this.#signalStream(id, number),
      prepare: options.prepare,
      key: options.key,
    });
    if (options.key !== undefined) this.#keep(options.key, process);
    // Only until the program runs: afterwards its owner signals it.
    await abortable(stream, process.started, options.signal);
    return process;
  }

  async apply(plan: SetupPlan, options: ApplyOptions = {}): Promise<readonly StepTrace[]> {
    const trace: StepTrace[] = [];
    const stream = await this.#open(encodeApply(plan, options), options.signal);
    const done = waitForResult(stream, (kind, fields) => {
      if (kind === controlKind.step) trace.push(readStep(fields));
      if (kind === controlKind.failure) throw readFailure(fields);
    });
    await abortable(stream, done, options.signal);
    return trace;
  }

  async signal(pid: number, number: number): Promise<void> {
    const body = new BodyWriter(openKind.signal).number(field.pid, pid);
    await waitForResult(await this.#open(body.number(field.signal, number).finish()));
  }

  async stat(
    path: string,
    options?: PathOptions & { readonly follow?: boolean },
  ): Promise<FileStat> {
    const body = request(openKind.stat, path, options).flag(field.kind, options?.follow);
    const result = await waitForResult(await this.#open(body.finish()));
    const target = result.text(field.target);
    const [major, minor] = [result.number(field.major, -1), result.number(field.minor, -1)];
    return {
      type: fileTypes[result.number(field.kind)] ?? 'file',
      mode: result.number(field.mode),
      uid: result.number(field.uid),
      gid: result.number(field.gid),
      sizeBytes: result.number(field.size),
      mtimeSeconds: result.number(field.mtime),
      mtimeNanoseconds: result.number(field.nanoseconds),
      ...(target === undefined ? {} : { target }),
      ...(major < 0 ? {} : { device: { major, minor } }),
    };
  }

  async readFile(
    path: string,
    options: PathOptions & { readonly sizeBytesMax?: number } = {},
  ): Promise<Uint8Array> {
    const sizeBytesMax = options.sizeBytesMax ?? readSizeBytesMaxDefault;
    const body = request(openKind.readFile, path, options).number(field.size, sizeBytesMax);
    return this.#collect(await this.#open(body.finish()), path, sizeBytesMax);
  }

  async readFiles(paths: readonly string[]): Promise<readonly (string | undefined)[]> {
    const body = new BodyWriter(openKind.readFiles);
    for (const path of paths) body.text(field.path, path);
    const stream = await this.#open(body.finish());
    return splitFiles(await this.#collect(stream, paths.join(' '), readSizeBytesMaxDefault));
  }

  async writeFile(
    path: string,
    content: Uint8Array,
    options: PathOptions & { readonly mode?: number } = {},
  ): Promise<void> {
    const body = request(openKind.writeFile, path, options);
    const stream = await this.#open(body.number(field.mode, options.mode ?? 0o644).finish());
    const done = waitForResult(stream);
    // When this rejects the reason is the stream's end, which `done` tells better.
    stream.write(channel.stdin, content).then(
      () => stream.end(channel.stdin),
      () => {},
    );
    await done;
  }

  async appendFile(path: string, options: { readonly mode?: number } = {}): Promise<FileAppender> {
    const body = request(openKind.writeFile, path).number(field.mode, options.mode ?? 0o644);
    const stream = await this.#open(body.flag(field.flags, true).finish());
    const done = waitForResult(stream);
    done.catch(() => {});
    return {
      write: async (bytes) => {
        // When this rejects the reason is the stream's end, which `done` tells better.
        await stream.write(channel.stdin, bytes).catch(() => done);
      },
      close: async () => {
        stream.end(channel.stdin);
        await done;
      },
    };
  }

  async readDirectory(path: string, options?: PathOptions): Promise<string[]> {
    const stream = await this.#open(request(openKind.readDirectory, path, options).finish());
    const listing = await this.#collect(stream, path, readSizeBytesMaxDefault);
    return new TextDecoder().decode(listing).split('\0').slice(0, -1);
  }

  readTar(path: string, options: ReadTarOptions = {}): ReadableStream<Uint8Array> {
    const body = request(openKind.readTar, path, options).flag(field.kind, options.overlayUpper);
    const flags = (options.bare === true ? 1 : 0) + (options.headersOnly === true ? 2 : 0);
    if (flags > 0) body.number(field.flags, flags);
    if (options.name !== undefined) body.text(field.name, options.name);
    idMapFields(body, options.ids);
    let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
    let stream: AgentStream | undefined;
    let done: Promise<unknown> = Promise.resolve();
    return new ReadableStream<Uint8Array>({
      start: async () => {
        stream = await this.#open(body.finish());
        done = waitForResult(stream);
        done.catch(() => {});
        reader = stream.readable(channel.stdout).getReader();
      },
      pull: async (controller) => {
        const chunk = await reader?.read();
        if (chunk?.value !== undefined) {
          controller.enqueue(chunk.value);
          return;
        }
        // The end of the bytes is the end of the archive only when the agent says so.
        await done;
        controller.close();
      },
      cancel: () => stream?.reset(new KindError('cancelled', 'Archive is not wanted any more')),
    });
  }

  async writeTar(
    path: string,
    tar: ReadableStream<Uint8Array>,
    options: WriteTarOptions = {},
  ): Promise<void> {
    const body = request(openKind.writeTar, path, options).flag(field.flags, options.keepKinds);
    if (options.owner !== undefined)
      body.number(field.uid, options.owner.uid).number(field.gid, options.owner.gid);
    idMapFields(body, options.ids);
    const stream = await this.#open(body.finish());
    const done = waitForResult(stream);
    done.catch(() => {});
    try {
      await tar.pipeTo(stream.writable(channel.stdin), { preventAbort: true });
    } catch (error) {
      // Either the agent refused (then it says why), or the archive's source failed.
      if (stream.ended) await done;
      stream.reset(new KindError('cancelled', 'Archive ended early', { cause: error }));
      throw error;
    }
    await done;
  }

  async connect(target: ConnectTarget): Promise<Duplex> {
    const body = new BodyWriter(openKind.connect);
    if (target.kind === 'tcp') body.text(field.host, target.host).number(field.port, target.port);
    else body.text(field.path, target.path);
    const stream = await this.#open(placeFields(body, target).finish());
    await waitForResult(stream);
    return duplexOf(stream);
  }

  listen(
    options: ListenOptions,
    onConnection: (connection: AcceptedConnection) => void,
  ): Promise<SocketListener> {
    return this.#sockets.listen(options, onConnection);
  }

  openDatagrams(options: ListenOptions): Promise<DatagramSocket> {
    return this.#sockets.openDatagrams(options);
  }

  openEthernet(options: EthernetOptions): Promise<EthernetPort> {
    return this.#sockets.openEthernet(options);
  }

  async watchFile(path: string, listener: (content: string) => void): Promise<Disposable> {
    const stream = await this.#open(new BodyWriter(openKind.watch).text(field.path, path).finish());
    await waitForResult(stream, (kind, fields) => {
      if (kind === controlKind.content) listener(fields.text(field.content) ?? '');
    });
    return toDisposable(() => stream.close());
  }

  onDocker(handler: (invocation: DockerInvocation) => void): Disposable {
    this.#docker = handler;
    return toDisposable(() => (this.#docker = undefined));
  }

  onSocket(handler: (connection: Duplex) => void): Disposable {
    this.#socket = handler;
    return toDisposable(() => (this.#socket = undefined));
  }

  dispose(): void {
    this.fail('it was disposed');
    this.#multiplexer.dispose();
  }

  #restore({ processes, abandoned }: SavedGuest): void {
    this.#takeHello();
    for (const { id, text } of abandoned) this.#multiplexer.abandon(id, text);
    for (const saved of processes) {
      const stream = this.#multiplexer.adopt(saved.stream);
      const signalProcess = (id: number, number: number): Promise<void> =>
        this.#signalStream(id, number);
      this.#keep(saved.key, new AgentProcess(stream, { signalProcess, saved, key: saved.key }));
      this.#orphans.add(saved.key);
    }
  }

  #keep(key: string, process: AgentProcess): void {
    this.#kept.set(key, process);
    process.gone.then(() => {
      if (this.#kept.get(key) === process) this.#kept.delete(key);
    });
  }

  #takeHello(): void {
    clearTimeout(this.#timer);
    this.#hello.resolve();
  }

  #awaitHello(): void {
    // Whoever asks for something hears of it; nobody need wait for readiness itself.
    this.#hello.promise.catch(() => {});
    const seconds = this.#helloTimeoutMs / 1000;
    const giveUp = (): void => this.fail(`No word from the agent for ${seconds} s`);
    this.#timer = setTimeout(giveUp, this.#helloTimeoutMs);
  }

  async #open(body: Uint8Array, signal?: AbortSignal): Promise<AgentStream> {
    await this.#hello.promise;
    signal?.throwIfAborted();
    return this.#multiplexer.open(body);
  }

  async #collect(stream: AgentStream, path: string, sizeBytesMax: number): Promise<Uint8Array> {
    const done = waitForResult(stream);
    done.catch(() => {});
    const bytes = await collectBytes(stream, { channel: channel.stdout, path, sizeBytesMax });
    await done;
    return bytes;
  }

  async #signalStream(id: number, number: number): Promise<void> {
    const body = new BodyWriter(openKind.signal).number(field.stream, id);
    await waitForResult(await this.#open(body.number(field.signal, number).finish()));
  }

  #takeOpen(stream: AgentStream, body: Uint8Array): void {
    try {
      if (body[0] === openKind.docker && this.#docker !== undefined) {
        const invocation = new AgentDocker(stream, new Fields(body.subarray(1)));
        this.#invocations.set(stream.id, invocation);
        invocation.signal.addEventListener('abort', () => this.#invocations.delete(stream.id));
        this.#docker(invocation);
      } else if (body[0] === openKind.socket && this.#socket !== undefined) {
        this.#socket(duplexOf(stream));
      } else if (body[0] === openKind.accepted) {
        this.#sockets.accept(stream, new Fields(body.subarray(1)));
      } else {
        stream.reset(new KindError('unavailable', 'Engine is not running'), errnoRefused);
      }
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      stream.reset(new KindError('dataLoss', error.message, { cause: error }), errnoBadMessage);
    }
  }
}

/** The promise, unless the signal comes first: then the stream is reset and the reason thrown. */
async function abortable<T>(
  stream: AgentStream,
  promise: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined) return promise;
  const abort = (): void => stream.reset(new KindError('cancelled', 'Request was aborted'));
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
