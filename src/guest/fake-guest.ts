/**
 * A guest without a machine, for the tests of what stands on it. It records plans, keeps files in a
 * map and lets a test play each process: read its input, write its output, end it.
 */
import { toDisposable, type Disposable } from '../lib/disposable.ts';
import type { Duplex } from '../lib/duplex.ts';
import { KindError } from '../lib/errors.ts';
import {
  SetupError,
  type ConnectTarget,
  type DockerInvocation,
  type FileAppender,
  type ExitStatus,
  type FileStat,
  type Guest,
  type GuestProcess,
  type RunOptions,
  type StepTrace,
} from './guest.ts';
import type { SetupFailure, SetupPlan } from './plan.ts';
import type {
  AcceptedConnection,
  Datagram,
  DatagramSocket,
  EthernetOptions,
  EthernetPort,
  ListenOptions,
  SocketListener,
} from './sockets.ts';

/** One process as its test plays it. By default it stays alive until a deadly signal arrives. */
export class FakeProcess implements GuestProcess {
  readonly pid: number;
  readonly plan: SetupPlan;
  readonly options: RunOptions;
  readonly stdin: WritableStream<Uint8Array>;
  readonly stdout: ReadableStream<Uint8Array>;
  readonly stderr: ReadableStream<Uint8Array>;
  readonly exit: Promise<ExitStatus>;
  readonly trace: readonly StepTrace[] = [];
  /** What a signal does; the default ends the process unless the signal is WINCH, STOP, TSTP or CONT. */
  onSignal: (number: number) => void;
  /** Signals received, in order. */
  readonly signals: number[] = [];
  /** Terminal sizes received, in order. */
  readonly sizes: { readonly columns: number; readonly rows: number }[] = [];
  /** What the other side writes to stdin. */
  readonly input: ReadableStream<Uint8Array>;
  readonly #output: WritableStreamDefaultWriter<Uint8Array>;
  readonly #errors: WritableStreamDefaultWriter<Uint8Array>;
  #resolve: (status: ExitStatus) => void = () => {};
  #ended = false;

  constructor(pid: number, plan: SetupPlan, options: RunOptions) {
    this.pid = pid;
    this.plan = plan;
    this.options = options;
    const stdin = pipe();
    const stdout = pipe();
    const stderr = pipe();
    this.stdin = stdin.writable;
    this.input = stdin.readable;
    this.stdout = stdout.readable;
    this.stderr = stderr.readable;
    this.#output = stdout.writable.getWriter();
    this.#errors = stderr.writable.getWriter();
    this.exit = new Promise((resolve) => (this.#resolve = resolve));
    this.onSignal = (number) => {
      if (![17, 18, 19, 20, 23, 28].includes(number)) this.end(128 + number, number);
    };
  }

  get alive(): boolean {
    return !this.#ended;
  }

  /** The process writes to its standard output. */
  print(text: string | Uint8Array): void {
    this.#output.write(toBytes(text)).catch(() => {});
  }

  /** The process writes to its standard error. */
  printError(text: string | Uint8Array): void {
    this.#errors.write(toBytes(text)).catch(() => {});
  }

  /** The process writes a last line, and goes on without its standard output. */
  announce(line: string): void {
    this.print(line);
    this.#output.close().catch(() => {});
  }

  /** The process ends. Idempotent. */
  end(code: number, signal?: number): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#output.close().catch(() => {});
    this.#errors.close().catch(() => {});
    this.#resolve(signal === undefined ? { code } : { code, signal });
  }

  async resize(columns: number, rows: number): Promise<void> {
    this.sizes.push({ columns, rows });
  }

  async signal(number: number): Promise<void> {
    if (this.#ended) throw new KindError('notFound', `No process ${this.pid}`);
    this.signals.push(number);
    this.onSignal(number);
  }
}

/** A listener that a test connects to. */
export interface FakeListener {
  readonly options: ListenOptions;
  readonly onConnection: (connection: AcceptedConnection) => void;
  disposed: boolean;
}

/** A datagram socket that a test plays the other side of. */
export class FakeDatagramSocket implements DatagramSocket {
  readonly options: ListenOptions;
  readonly port: number;
  readonly readable: ReadableStream<Datagram>;
  readonly sent: Datagram[] = [];
  disposed = false;
  readonly #arrivals: WritableStreamDefaultWriter<Datagram>;

  constructor(options: ListenOptions) {
    this.options = options;
    this.port = options.port || 40_000;
    const { readable, writable } = new TransformStream<Datagram, Datagram>(undefined, undefined, {
      highWaterMark: Infinity,
    });
    this.readable = readable;
    this.#arrivals = writable.getWriter();
  }

  /** Somebody sends it a datagram. */
  arrive(datagram: Datagram): void {
    this.#arrivals.write(datagram).catch(() => {});
  }

  async send(datagram: Datagram): Promise<void> {
    this.sent.push(datagram);
  }

  dispose(): void {
    this.disposed = true;
    this.#arrivals.close().catch(() => {});
  }
}

const machinePrograms = ['iptables-restore', 'ip6tables-restore', 'docker-proxy'] as const;
type MachineProgram = (typeof machinePrograms)[number];

function machineProgram({ child }: SetupPlan): MachineProgram | undefined {
  const last = child?.at(-1)?.operation;
  const name = last?.op === 'exec' ? last.argv[0]?.split('/').at(-1) : undefined;
  return machinePrograms.find((program) => program === name);
}

export class FakeGuest implements Guest {
  ready: Promise<void> = Promise.resolve();
  /** Every plan given to `run`, in order. */
  readonly plans: SetupPlan[] = [];
  /** Every plan given to `apply`, in order. */
  readonly applied: SetupPlan[] = [];
  readonly processes: FakeProcess[] = [];
  /** Programs of the machine's own: iptables-restore and docker-proxy. */
  readonly programs: FakeProcess[] = [];
  readonly files = new Map<string, Uint8Array>();
  /** Symlinks, by path: what they lead to. */
  readonly links = new Map<string, string>();
  /** Device nodes, by path. */
  readonly devices = new Map<string, Required<Pick<FileStat, 'type' | 'device'>>>();
  readonly tars = new Map<string, Uint8Array>();
  readonly connections: ConnectTarget[] = [];
  readonly listeners: FakeListener[] = [];
  readonly datagramSockets: FakeDatagramSocket[] = [];
  disposed = false;
  /** Plays each new process; it may throw `fakeSetupError(…)` to make `run` reject. */
  script: (process: FakeProcess) => void | Promise<void> = () => {};
  /** Called for each plan of `apply`; may throw. */
  onApply: (plan: SetupPlan) => void = () => {};
  /** The other end of `connect`; refuses by default. */
  onConnect: (target: ConnectTarget) => Duplex = (target) => {
    throw new KindError('unavailable', `Cannot connect to ${JSON.stringify(target)}: ECONNREFUSED`);
  };
  #pidNext = 100;
  #docker: ((invocation: DockerInvocation) => void) | undefined;
  #socket: ((connection: Duplex) => void) | undefined;
  readonly #watchers = new Map<string, Set<(content: string) => void>>();

  async run(plan: SetupPlan, options: RunOptions = {}): Promise<GuestProcess> {
    options.signal?.throwIfAborted();
    const program = machineProgram(plan);
    if (program !== undefined) return this.#runProgram(program, { plan, options });
    this.plans.push(plan);
    const process = new FakeProcess(this.#pidNext++, plan, options);
    await options.prepare?.(process.pid);
    await this.script(process);
    this.processes.push(process);
    return process;
  }

  /** What the engine runs of the machine's own for its networks does its work, unseen by `script`. */
  async #runProgram(
    program: MachineProgram,
    { plan, options }: { readonly plan: SetupPlan; readonly options: RunOptions },
  ): Promise<GuestProcess> {
    const process = new FakeProcess(this.#pidNext++, plan, options);
    this.programs.push(process);
    if (program.endsWith('-restore')) process.end(0);
    else process.announce('0\n');
    return process;
  }

  /** Processes of before, by their key: see `RunOptions.key`. */
  readonly orphans = new Map<string, FakeProcess>();

  adopt(key: string): GuestProcess | undefined {
    const process = this.orphans.get(key);
    this.orphans.delete(key);
    if (process !== undefined) this.processes.push(process);
    return process;
  }

  async apply(plan: SetupPlan): Promise<readonly StepTrace[]> {
    this.applied.push(plan);
    this.onApply(plan);
    return [];
  }

  async signal(pid: number, number: number): Promise<void> {
    const process = this.processes.find((candidate) => candidate.pid === pid);
    if (process === undefined) throw new KindError('notFound', `No process ${pid}`);
    await process.signal(number);
  }

  async stat(path: string, options?: { readonly root?: string }): Promise<FileStat> {
    const target = this.links.get(`${options?.root ?? ''}${path}`);
    const device = this.devices.get(path);
    const isFile = target === undefined && device === undefined;
    const content = isFile ? this.#file(path, options?.root) : new Uint8Array();
    return {
      ...(target === undefined ? (device ?? { type: 'file' }) : { type: 'symlink', target }),
      mode: 0o644,
      uid: 0,
      gid: 0,
      sizeBytes: content.length,
      mtimeSeconds: 0,
      mtimeNanoseconds: 0,
    };
  }

  async readFile(path: string, options?: { readonly root?: string }): Promise<Uint8Array> {
    return this.#file(path, options?.root);
  }

  async readFiles(paths: readonly string[]): Promise<readonly (string | undefined)[]> {
    return paths.map((path) => {
      const content = this.files.get(path);
      return content === undefined ? undefined : new TextDecoder().decode(content);
    });
  }

  async writeFile(
    path: string,
    content: Uint8Array,
    options?: { readonly root?: string },
  ): Promise<void> {
    this.files.set(`${options?.root ?? ''}${path}`, content);
    for (const listener of this.#watchers.get(path) ?? [])
      listener(new TextDecoder().decode(content));
  }

  async appendFile(path: string): Promise<FileAppender> {
    return {
      write: async (bytes) => {
        const before = this.files.get(path) ?? new Uint8Array();
        this.files.set(path, Uint8Array.from([...before, ...bytes]));
      },
      close: async () => {},
    };
  }

  async readDirectory(path: string, options?: { readonly root?: string }): Promise<string[]> {
    const prefix = `${options?.root ?? ''}${path}`.replace(/\/*$/, '/');
    const names = new Set<string>();
    for (const name of this.files.keys()) {
      if (name.startsWith(prefix)) names.add(name.slice(prefix.length).split('/')[0] ?? '');
    }
    return [...names].sort();
  }

  readTar(path: string): ReadableStream<Uint8Array> {
    const tar = this.tars.get(path);
    if (tar === undefined) throw new KindError('notFound', `Cannot open "${path}": ENOENT`);
    return new Blob([tar.slice()]).stream();
  }

  async writeTar(path: string, tar: ReadableStream<Uint8Array>): Promise<void> {
    this.tars.set(
      path,
      new Uint8Array(
        await new Response(tar as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer(),
      ),
    );
  }

  async connect(target: ConnectTarget): Promise<Duplex> {
    this.connections.push(target);
    return this.onConnect(target);
  }

  async listen(
    options: ListenOptions,
    onConnection: (connection: AcceptedConnection) => void,
  ): Promise<SocketListener> {
    const listener = { options, onConnection, disposed: false };
    this.listeners.push(listener);
    return { port: options.port || 40_000, dispose: () => void (listener.disposed = true) };
  }

  async openDatagrams(options: ListenOptions): Promise<DatagramSocket> {
    const socket = new FakeDatagramSocket(options);
    this.datagramSockets.push(socket);
    return socket;
  }

  async openEthernet(_options: EthernetOptions): Promise<EthernetPort> {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const dispose = (): void => void writer.close().catch(() => {});
    return { readable, send: (frame) => writer.write(frame), dispose };
  }

  async watchFile(path: string, listener: (content: string) => void): Promise<Disposable> {
    const listeners = this.#watchers.get(path) ?? new Set();
    this.#watchers.set(path, listeners.add(listener));
    return toDisposable(() => listeners.delete(listener));
  }

  onDocker(handler: (invocation: DockerInvocation) => void): Disposable {
    this.#docker = handler;
    return toDisposable(() => (this.#docker = undefined));
  }

  onSocket(handler: (connection: Duplex) => void): Disposable {
    this.#socket = handler;
    return toDisposable(() => (this.#socket = undefined));
  }

  /** Somebody on the machine types `docker …`. */
  invokeDocker(invocation: DockerInvocation): void {
    this.#docker?.(invocation);
  }

  /** Somebody on the machine connects to /var/run/docker.sock. */
  connectSocket(connection: Duplex): void {
    this.#socket?.(connection);
  }

  dispose(): void {
    this.disposed = true;
    for (const process of this.processes) process.end(137, 9);
  }

  #file(path: string, root = ''): Uint8Array {
    const content = this.files.get(`${root}${path}`);
    if (content === undefined) throw new KindError('notFound', `Cannot open "${path}": ENOENT`);
    return content;
  }
}

/** What `run` and `apply` reject with when a plan fails. */
export function fakeSetupError(failure: Partial<SetupFailure>): KindError {
  const cause = new SetupError({
    section: 'child',
    step: 0,
    operation: 'exec',
    errno: 2,
    errnoName: 'ENOENT',
    path: '',
    ...failure,
  });
  return new KindError('system', cause.message, { cause });
}

/** Unbounded on purpose: a test's process may print before anybody reads. */
function pipe(): TransformStream<Uint8Array, Uint8Array> {
  return new TransformStream(undefined, { highWaterMark: Infinity }, { highWaterMark: Infinity });
}

function toBytes(text: string | Uint8Array): Uint8Array {
  return typeof text === 'string' ? new TextEncoder().encode(text) : text;
}
