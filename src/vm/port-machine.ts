/**
 * A machine in another thread. `serveMachine()` stands beside the machine, `PortMachine` is its proxy
 * on the other side of a MessagePort (of a browser or of Node) and behaves the same.
 */
import type { Disposable } from '../lib/disposable.ts';
import { DisposableStore } from '../lib/disposable.ts';
import { errorKind, errorKinds, errorMessage, KindError } from '../lib/errors.ts';
import type { ErrorKind } from '../lib/errors.ts';
import { packFrames, TaskBatch, unpackFrames } from './frame-batch.ts';
import type { FrameBatch } from './frame-batch.ts';
import { frameSizeBytesMax } from './frame.ts';
import { Listeners } from './listeners.ts';
import { MachineStateHolder } from './machine-state.ts';
import type { FrameChannel, Machine, MachineState } from './machine.ts';
import { queuedBytesMax } from './transmit-queue.ts';

/** What a MessagePort of the browser and one of Node's worker_threads have in common. */
export interface MachinePort {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  /** Ports hold messages back until this is called; workers have none. */
  start?(): void;
}

interface PortError {
  readonly kind: ErrorKind;
  readonly message: string;
}

type ToMachine =
  | { readonly type: 'start'; readonly call: number }
  | { readonly type: 'pause'; readonly call: number }
  | { readonly type: 'frames'; readonly batch: FrameBatch }
  | { readonly type: 'dispose' };

type FromMachine =
  | { readonly type: 'result'; readonly call: number; readonly error?: PortError }
  | { readonly type: 'state'; readonly state: MachineState }
  | { readonly type: 'console'; readonly text: string }
  | { readonly type: 'frames'; readonly batch: FrameBatch }
  /** What became of frames, in the order they were sent. */
  | { readonly type: 'sent'; readonly results: readonly (PortError | null)[] };

/** Answers for a machine on its port. Disposing disposes the machine too. */
export function serveMachine(machine: Machine, port: MachinePort): Disposable {
  const store = new DisposableStore();
  const post = (message: FromMachine, transfer: ArrayBuffer[] = []): void =>
    port.postMessage(message, transfer);
  const frames = new TaskBatch<Uint8Array>((items) => {
    const batch = packFrames(items);
    post({ type: 'frames', batch }, [batch.buffer]);
  });
  const reports = new SentReports((results) => post({ type: 'sent', results }));
  const answer = (call: number, work: Promise<void>): void => {
    work.then(
      () => post({ type: 'result', call }),
      (error: unknown) => post({ type: 'result', call, error: toPortError(error) }),
    );
  };

  store.add(machine);
  store.add(machine.onState((state) => post({ type: 'state', state })));
  store.add(machine.onConsole((text) => post({ type: 'console', text })));
  store.add(machine.channel.onFrame((frame) => frames.add(frame)));
  const receive = (message: ToMachine): void => {
    if (message.type === 'frames') {
      for (const frame of unpackFrames(message.batch)) reports.add(machine.channel.send(frame));
    } else if (message.type === 'dispose') store.dispose();
    else answer(message.call, message.type === 'start' ? machine.start() : machine.pause());
  };
  port.addEventListener('message', ({ data }) => receive(data as ToMachine));
  port.start?.();
  return store;
}

/** Reports the ends of promises in their order, all that are there in one message. */
class SentReports {
  readonly #batch: TaskBatch<PortError | null>;
  #last: Promise<void> = Promise.resolve();

  constructor(report: (results: readonly (PortError | null)[]) => void) {
    this.#batch = new TaskBatch(report);
  }

  add(sending: Promise<void>): void {
    const result = sending.then(
      () => null,
      (error: unknown) => toPortError(error),
    );
    this.#last = this.#last.then(() => result.then((value) => this.#batch.add(value)));
  }
}

interface Pending {
  readonly resolve: () => void;
  readonly reject: (error: KindError) => void;
}

interface PendingFrame extends Pending {
  readonly sizeBytes: number;
}

export class PortMachine implements Machine {
  readonly channel: FrameChannel;
  readonly #port: MachinePort;
  readonly #state = new MachineStateHolder();
  readonly #console = new Listeners<string>();
  readonly #frames = new Listeners<Uint8Array>();
  readonly #outgoing: TaskBatch<Uint8Array>;
  readonly #calls = new Map<number, Pending>();
  readonly #sent: PendingFrame[] = [];
  #sentBytes = 0;
  #callCount = 0;
  #disposed = false;

  constructor(port: MachinePort) {
    this.#port = port;
    this.#outgoing = new TaskBatch((frames) => {
      const batch = packFrames(frames);
      this.#post({ type: 'frames', batch }, [batch.buffer]);
    });
    this.channel = {
      frameSizeMax: frameSizeBytesMax,
      send: (frame) => this.#send(frame),
      onFrame: (listener) => this.#frames.add(listener),
    };
    port.addEventListener('message', ({ data }) => this.#receive(data as FromMachine));
    port.start?.();
  }

  start(): Promise<void> {
    return this.#call('start');
  }

  pause(): Promise<void> {
    return this.#call('pause');
  }

  onState(listener: (state: MachineState) => void): Disposable {
    return this.#state.onState(listener);
  }

  onConsole(listener: (text: string) => void): Disposable {
    return this.#console.add(listener);
  }

  /** Disposes the machine on the other side too; its thread is its owner's to end. */
  dispose(): void {
    if (this.#disposed) return;
    this.#post({ type: 'dispose' });
    this.#disposed = true;
    const gone = new KindError('unavailable', 'Cannot reach machine: it is disposed');
    for (const { reject } of this.#calls.values()) reject(gone);
    for (const { reject } of this.#sent.splice(0)) reject(gone);
    this.#calls.clear();
    this.#state.clear();
    this.#console.clear();
    this.#frames.clear();
  }

  #post(message: ToMachine, transfer: ArrayBuffer[] = []): void {
    if (!this.#disposed) this.#port.postMessage(message, transfer);
  }

  #call(type: 'start' | 'pause'): Promise<void> {
    if (this.#disposed) {
      const error = new KindError('unavailable', `Cannot ${type} machine: it is disposed`);
      return Promise.reject(error);
    }
    const call = this.#callCount++;
    return new Promise((resolve, reject) => {
      this.#calls.set(call, { resolve, reject });
      this.#post({ type, call });
    });
  }

  #send(frame: Uint8Array): Promise<void> {
    if (this.#disposed) {
      return Promise.reject(new KindError('unavailable', 'Cannot send frame: machine is gone'));
    }
    if (this.#sentBytes + frame.length > queuedBytesMax) {
      const limit = `${queuedBytesMax} bytes already wait for the guest`;
      return Promise.reject(new KindError('resourceExhausted', `Cannot send frame: ${limit}`));
    }
    this.#sentBytes += frame.length;
    return new Promise((resolve, reject) => {
      this.#sent.push({ resolve, reject, sizeBytes: frame.length });
      this.#outgoing.add(frame);
    });
  }

  #receive(message: FromMachine): void {
    if (this.#disposed) return;
    if (message.type === 'frames') {
      for (const frame of unpackFrames(message.batch)) this.#frames.emit(frame);
    } else if (message.type === 'sent') this.#settleFrames(message.results);
    else if (message.type === 'console') this.#console.emit(message.text);
    else if (message.type === 'state') this.#state.set(message.state);
    else {
      const pending = this.#calls.get(message.call);
      this.#calls.delete(message.call);
      settle(pending, message.error);
    }
  }

  #settleFrames(results: readonly (PortError | null)[]): void {
    const frames = this.#sent.splice(0, results.length);
    for (const [index, frame] of frames.entries()) {
      this.#sentBytes -= frame.sizeBytes;
      settle(frame, results[index] ?? undefined);
    }
  }
}

function settle(pending: Pending | undefined, error: PortError | undefined): void {
  if (error === undefined) pending?.resolve();
  else pending?.reject(fromPortError(error));
}

function toPortError(error: unknown): PortError {
  return { kind: errorKind(error), message: errorMessage(error) };
}

function fromPortError({ kind, message }: PortError): KindError {
  return new KindError(errorKinds.includes(kind) ? kind : 'system', message);
}
