/** A process that a plan made, from the request to its exit. */
import { KindError } from '../lib/errors.ts';
import type { AgentStream } from './agent-stream.ts';
import { deferred } from './deferred.ts';
import { SetupError, type ExitStatus, type GuestProcess, type StepTrace } from './guest.ts';
import { errnoKind, errnoName } from './linux.ts';
import type { OperationName, SetupFailure } from './plan.ts';
import { channel, controlKind, field, operation as operationCode, section } from './protocol.ts';
import type { SavedProcess } from './saved-guest.ts';
import { BodyWriter, type Fields } from './wire.ts';

const sectionNames = Object.keys(section) as readonly SetupFailure['section'][];
const operationNames = Object.keys(operationCode) as readonly (OperationName | 'clone')[];

/** A step's duration, from a control message. */
export function readStep(fields: Fields): StepTrace {
  return {
    section: sectionNames[fields.number(field.section)] ?? 'before',
    step: fields.number(field.step),
    durationMicroseconds: fields.number(field.duration),
  };
}

/** The error of a plan that failed, from a control message. */
export function readFailure(fields: Fields): KindError {
  const errno = fields.number(field.errno);
  const cause = new SetupError({
    section: sectionNames[fields.number(field.section)] ?? 'before',
    step: fields.number(field.step),
    operation: operationNames[fields.number(field.operation)] ?? 'clone',
    errno,
    errnoName: errnoName(errno),
    path: fields.text(field.path) ?? '',
  });
  return new KindError(errnoKind(errno), cause.message, { cause });
}

export interface AgentProcessOptions {
  /** Asks for kill(2) on the process of a stream. */
  readonly signalProcess: (stream: number, number: number) => Promise<void>;
  /** As in RunOptions. */
  readonly prepare?: ((pid: number) => Promise<void>) | undefined;
  /** As in RunOptions. */
  readonly key?: string | undefined;
  /** A process of before, which runs, or ran, already. */
  readonly saved?: Pick<SavedProcess, 'pid' | 'exit'>;
}

export class AgentProcess implements GuestProcess {
  readonly key: string | undefined;
  readonly stdin: WritableStream<Uint8Array>;
  readonly stdout: ReadableStream<Uint8Array>;
  readonly stderr: ReadableStream<Uint8Array>;
  readonly exit: Promise<ExitStatus>;
  /** Resolves when the program runs; rejects with the SetupError as cause. */
  readonly started: Promise<void>;
  /** Resolves when nothing more will come of it, neither output nor exit. */
  readonly gone: Promise<void>;
  readonly #stream: AgentStream;
  readonly #options: AgentProcessOptions;
  readonly #trace: StepTrace[] = [];
  #pid = 0;
  #exit: ExitStatus | undefined;

  constructor(stream: AgentStream, options: AgentProcessOptions) {
    this.#stream = stream;
    this.#options = options;
    this.key = options.key;
    this.stdin = stream.writable(channel.stdin);
    this.stdout = stream.readable(channel.stdout);
    this.stderr = stream.readable(channel.stderr);
    const started = deferred<void>();
    const exit = deferred<ExitStatus>();
    const gone = deferred<void>();
    this.gone = gone.promise;
    this.started = started.promise;
    this.exit = exit.promise;
    // A plan that failed has nobody who waits for its exit.
    exit.promise.catch(() => {});
    stream.listen({
      onControl: (kind, fields) => {
        if (kind === controlKind.step) this.#trace.push(readStep(fields));
        if (kind === controlKind.failure) started.reject(readFailure(fields));
        if (kind === controlKind.held)
          this.#prepare(fields.number(field.pid)).catch((error: unknown) => {
            started.reject(error);
            stream.reset(new KindError('cancelled', 'Process is not wanted', { cause: error }));
          });
        if (kind === controlKind.started) {
          this.#pid = fields.number(field.pid);
          started.resolve();
        }
        if (kind === controlKind.exit) {
          this.#exit = readExit(fields);
          exit.resolve(this.#exit);
        }
      },
      onEnd: (error) => {
        const cause = error ?? new KindError('unavailable', 'Process ended without a status');
        started.reject(cause);
        exit.reject(cause);
        gone.resolve();
      },
    });
    const { saved } = options;
    if (saved === undefined) return;
    this.#pid = saved.pid;
    this.#exit = saved.exit;
    started.resolve();
    if (saved.exit !== undefined) exit.resolve(saved.exit);
  }

  /** False when nothing more will come of it. */
  get isOpen(): boolean {
    return !this.#stream.ended && this.#pid !== 0;
  }

  /** Hands on no output until `go()`. */
  stop(): void {
    this.#stream.stop();
  }

  go(): void {
    this.#stream.go();
  }

  /** The link must be frozen. */
  save(key: string): SavedProcess {
    const stream = this.#stream.save();
    return {
      key,
      pid: this.#pid,
      stream,
      ...(this.#exit === undefined ? {} : { exit: this.#exit }),
    };
  }

  get pid(): number {
    return this.#pid;
  }

  get trace(): readonly StepTrace[] {
    return this.#trace;
  }

  async resize(columns: number, rows: number): Promise<void> {
    const body = new BodyWriter(controlKind.resize)
      .number(field.columns, columns)
      .number(field.rows, rows);
    this.#stream.control(body.finish());
  }

  async signal(number: number): Promise<void> {
    if (this.#exit !== undefined) throw new KindError('notFound', `No such process: ${this.#pid}`);
    await this.#options.signalProcess(this.#stream.id, number);
  }

  async #prepare(pid: number): Promise<void> {
    await this.#options.prepare?.(pid);
    this.#stream.control(new BodyWriter(controlKind.go).finish());
  }
}

function readExit(fields: Fields): ExitStatus {
  const code = fields.number(field.code);
  const signal = fields.number(field.signal);
  return signal === 0 ? { code } : { code, signal };
}
