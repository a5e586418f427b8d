/**
 * What the engine needs of the guest: run plans, move files and streams, know about processes.
 * `AgentClient` implements it over the frame channel; tests use a fake.
 */
import type { Disposable } from '../lib/disposable.ts';
import type { Duplex } from '../lib/duplex.ts';
import type { IdMapping } from './id-mapping.ts';
import type { SetupFailure, SetupPlan } from './plan.ts';
import type {
  AcceptedConnection,
  DatagramSocket,
  EthernetOptions,
  EthernetPort,
  ListenOptions,
  NetworkPlace,
  SocketAddress,
  SocketListener,
} from './sockets.ts';

export interface ExitStatus {
  /** As a shell shows it: 0–255, or 128 + signal. */
  readonly code: number;
  /** Signal number when killed by one. */
  readonly signal?: number;
}

export interface StepTrace {
  readonly section: SetupFailure['section'];
  readonly step: number;
  readonly durationMicroseconds: number;
}

export interface GuestProcess {
  /** Pid in the machine's pid namespace. */
  readonly pid: number;
  /** What it was run as, and what it is adopted by: see `RunOptions.key`. */
  readonly key?: string | undefined;
  readonly stdin: WritableStream<Uint8Array>;
  /** With a terminal everything comes here and `stderr` is empty. */
  readonly stdout: ReadableStream<Uint8Array>;
  readonly stderr: ReadableStream<Uint8Array>;
  resize(columns: number, rows: number): Promise<void>;
  /** kill(2) on the process; ESRCH is `notFound`. */
  signal(number: number): Promise<void>;
  /** Resolves once, after the process was reaped; streams may still hold unread output. */
  readonly exit: Promise<ExitStatus>;
  readonly trace: readonly StepTrace[];
}

export interface RunOptions {
  /** Measures each step. */
  readonly traced?: boolean;
  readonly signal?: AbortSignal;
  /**
   * Names a process that outlives a save and restore of the machine: `adopt()` finds it by this. Without one, a
   * process is killed when the machine is restored, because nobody knows of it.
   */
  readonly key?: string;
  /** Standard streams to connect; the others are /dev/null. With a terminal step, all are the terminal. */
  readonly stdio?: { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean };
  /**
   * Called when the process is in its namespaces and has done nothing yet. It goes on when this resolves; when this
   * rejects the process is killed, and `run` rejects with the same.
   */
  readonly prepare?: (pid: number) => Promise<void>;
}

export interface ApplyOptions {
  /** Measures each step. */
  readonly traced?: boolean;
  readonly signal?: AbortSignal;
}

/** Thrown (as the cause of a KindError) when a plan fails. */
export class SetupError extends Error {
  readonly failure: SetupFailure;

  constructor(failure: SetupFailure) {
    super(`Cannot ${failure.operation} "${failure.path}": ${failure.errnoName}`);
    this.name = 'SetupError';
    this.failure = failure;
  }
}

export interface FileStat {
  readonly type: 'file' | 'dir' | 'symlink' | 'char' | 'block' | 'fifo' | 'socket';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  readonly mtimeSeconds: number;
  readonly mtimeNanoseconds: number;
  readonly target?: string;
  /** Numbers of a device node. */
  readonly device?: { readonly major: number; readonly minor: number };
}

export interface PathOptions {
  /** Resolve inside this directory, symlinks included, never outside. */
  readonly root?: string;
}

export interface ReadTarOptions extends PathOptions {
  /** Owners are told as the users of a namespace; one that it has no ID for is an error. */
  readonly ids?: IdMapping;
  /** Write whiteouts and opaque directories of overlayfs as `.wh.` names. */
  readonly overlayUpper?: boolean;
  /** Of a directory only what is in it, under names that begin with the entries' own. */
  readonly bare?: boolean;
  /** Files come as if they were empty. */
  readonly headersOnly?: boolean;
  /** What the path is called in the archive, where its contents are asked for (`x/.` and `/`). */
  readonly name?: string;
}

/** With `root`, symlinks of the archive and of the directory lead where they lead in there. */
export interface WriteTarOptions extends PathOptions {
  /** Owners, of the archive or `owner`, are users of a namespace. One that is none of its is an error. */
  readonly ids?: IdMapping;
  /** A directory never gives way to something else, nor the reverse. */
  readonly keepKinds?: boolean;
  /** Everything gets this owner, whatever the archive says. */
  readonly owner?: { readonly uid: number; readonly gid: number };
}

export type ConnectTarget =
  | ({ readonly kind: 'tcp' } & SocketAddress & NetworkPlace)
  | ({ readonly kind: 'unix'; readonly path: string } & NetworkPlace);

/** A `docker …` typed on the machine: the program waits until `exit` is called. */
export interface DockerInvocation {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  /** Of the docker program, whose descriptors are in its `/proc`. */
  readonly processId: number;
  /** The caller's config.json when the program began, without content where there is none; absent when it is not known. */
  readonly configFile?: { readonly path: string; readonly content?: Uint8Array };
  readonly stdin: ReadableStream<Uint8Array>;
  readonly stdout: WritableStream<Uint8Array>;
  readonly stderr: WritableStream<Uint8Array>;
  /** Which of the three are terminals, and the size of that terminal. */
  readonly terminal: {
    readonly stdin: boolean;
    readonly stdout: boolean;
    readonly stderr: boolean;
    readonly columns: number;
    readonly rows: number;
  };
  /** Raw mode of the caller's terminal, for `-it`. */
  setRawMode(raw: boolean): Promise<void>;
  onResize(listener: (columns: number, rows: number) => void): Disposable;
  /** Signals sent to the docker program: SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT… */
  onSignal(listener: (number: number) => void): Disposable;
  /** Until disposed of, a broken pipe is an error of `stdout` or `stderr`; else it ends the program, as SIGPIPE does. */
  catchBrokenPipe(): Disposable;
  /** Aborted when the program is gone. */
  readonly signal: AbortSignal;
  /** What the program says when the machine is saved meanwhile and restored: nobody answers it then. */
  sayWhenRestored(text: string): void;
  exit(code: number): Promise<void>;
}

/** A file that is written to its end for a while, over one stream. */
export interface FileAppender {
  /** Resolves when the bytes are on their way; rejects when they cannot be written, or those before. */
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves when everything is in the file. */
  close(): Promise<void>;
}

export interface Guest extends Disposable {
  /** Resolves when the agent said hello; rejects `unavailable` with the cause when it never does. */
  readonly ready: Promise<void>;
  /** Executes a plan with a clone section. Rejects with a SetupError as `cause`. */
  run(plan: SetupPlan, options?: RunOptions): Promise<GuestProcess>;
  /** A process of before the machine was restored, once; undefined when there is none of that key. */
  adopt(key: string): GuestProcess | undefined;
  /** Executes a plan without a clone section; the times of its steps only when asked for. */
  apply(plan: SetupPlan, options?: ApplyOptions): Promise<readonly StepTrace[]>;
  /** kill(2); pid in the machine's namespace. */
  signal(pid: number, number: number): Promise<void>;
  /** Of a symlink itself, unless `follow`. */
  stat(path: string, options?: PathOptions & { readonly follow?: boolean }): Promise<FileStat>;
  /** At most `sizeBytesMax` (default 16 MiB), else `resourceExhausted`. */
  readFile(
    path: string,
    options?: PathOptions & { readonly sizeBytesMax?: number },
  ): Promise<Uint8Array>;
  /**
   * Short files of the kernel's, at one moment: undefined for those that cannot be read. At most 64 KiB
   * of each.
   */
  readFiles(paths: readonly string[]): Promise<readonly (string | undefined)[]>;
  writeFile(
    path: string,
    content: Uint8Array,
    options?: PathOptions & { readonly mode?: number },
  ): Promise<void>;
  /** Makes the file when it is missing. */
  appendFile(path: string, options?: { readonly mode?: number }): Promise<FileAppender>;
  readDirectory(path: string, options?: PathOptions): Promise<string[]>;
  /** A tar (PAX) of a path, names relative to its parent. */
  readTar(path: string, options?: ReadTarOptions): ReadableStream<Uint8Array>;
  /**
   * Unpacks a tar into an existing directory; nothing leaves it, or the root when one is given, whatever
   * the names and links say. What was unpacked before a failure stays.
   */
  writeTar(path: string, tar: ReadableStream<Uint8Array>, options?: WriteTarOptions): Promise<void>;
  connect(target: ConnectTarget): Promise<Duplex>;
  /** Listens on TCP; whoever gets a connection reads it, closes both of its halves or resets it. */
  listen(
    options: ListenOptions,
    onConnection: (connection: AcceptedConnection) => void,
  ): Promise<SocketListener>;
  /** Opens a UDP socket. */
  openDatagrams(options: ListenOptions): Promise<DatagramSocket>;
  /** Makes a network interface, down and without addresses. Rejects `conflict` when its name is taken. */
  openEthernet(options: EthernetOptions): Promise<EthernetPort>;
  /** memory.events oom_kill, populated and the like: called with the file's text whenever it changes. */
  watchFile(path: string, listener: (content: string) => void): Promise<Disposable>;
  /** `docker` on the machine. One handler. */
  onDocker(handler: (invocation: DockerInvocation) => void): Disposable;
  /** A connection to the machine's /var/run/docker.sock. One handler. */
  onSocket(handler: (connection: Duplex) => void): Disposable;
}
