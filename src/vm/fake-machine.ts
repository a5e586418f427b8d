/**
 * A machine without an emulator, for tests: the test plays the guest. It keeps the rules of the real
 * one: `running` begins with the guest's first frame, frames before that wait.
 */
import type { Disposable } from '../lib/disposable.ts';
import { KindError } from '../lib/errors.ts';
import { frameSizeBytesMax } from './frame.ts';
import { Listeners } from './listeners.ts';
import { MachineStateHolder } from './machine-state.ts';
import type { FrameChannel, Machine, MachineState } from './machine.ts';
import { TransmitQueue } from './transmit-queue.ts';

export interface FakeMachineOptions {
  /** Receive buffers the guest has posted at the start; `postBuffers()` adds more. Default: no end of them. */
  readonly bufferCount?: number;
  /** Plays the guest: called with every frame that reaches it. */
  readonly onGuestFrame?: (frame: Uint8Array, machine: FakeMachine) => void;
  /** Makes `start()` fail with this cause. */
  readonly failure?: string;
}

export class FakeMachine implements Machine {
  readonly channel: FrameChannel;
  /** Every frame that reached the guest. */
  readonly received: Uint8Array[] = [];
  readonly #options: FakeMachineOptions;
  readonly #state = new MachineStateHolder();
  readonly #console = new Listeners<string>();
  readonly #frames = new Listeners<Uint8Array>();
  readonly #transmit: TransmitQueue;
  #bufferCount: number;
  #heardFromGuest = false;
  #paused = true;
  #disposed = false;

  constructor(options: FakeMachineOptions = {}) {
    this.#options = options;
    this.#bufferCount = options.bufferCount ?? Number.POSITIVE_INFINITY;
    this.#transmit = new TransmitQueue({
      canTake: () => this.#heardFromGuest && !this.#paused && this.#bufferCount > 0,
      take: (frame) => this.#take(frame),
      later: (callback) => void setTimeout(callback, 1),
    });
    this.channel = {
      frameSizeMax: frameSizeBytesMax,
      send: (frame) => this.#send(frame),
      onFrame: (listener) => this.#frames.add(listener),
    };
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  get paused(): boolean {
    return this.#paused;
  }

  async start(): Promise<void> {
    if (this.#disposed) throw new KindError('unavailable', 'Cannot start machine: it is disposed');
    if (this.#options.failure !== undefined) {
      this.fail(this.#options.failure);
      throw new KindError('system', `Cannot start machine: ${this.#options.failure}`);
    }
    this.#paused = false;
    if (this.#state.current.phase === 'off') this.#state.set({ phase: 'booting' });
  }

  async pause(): Promise<void> {
    this.#paused = true;
  }

  onState(listener: (state: MachineState) => void): Disposable {
    return this.#state.onState(listener);
  }

  onConsole(listener: (text: string) => void): Disposable {
    return this.#console.add(listener);
  }

  dispose(): void {
    this.#disposed = true;
    this.#transmit.dispose();
    this.#state.clear();
    this.#console.clear();
    this.#frames.clear();
  }

  /** The guest sends a frame. */
  sendFromGuest(frame: Uint8Array): void {
    this.#heardFromGuest = true;
    if (this.#state.current.phase === 'booting') this.#state.set({ phase: 'running' });
    this.#frames.emit(frame);
  }

  /** The guest makes room for more frames. */
  postBuffers(count: number): void {
    this.#bufferCount += count;
  }

  /** The kernel prints. */
  print(text: string): void {
    this.#console.emit(text);
  }

  /** The machine breaks. */
  fail(cause: string): void {
    this.#state.fail(cause);
    this.#transmit.dispose();
  }

  #send(frame: Uint8Array): Promise<void> {
    if (frame.length > frameSizeBytesMax) {
      const sizes = `${frame.length} bytes, at most ${frameSizeBytesMax}`;
      return Promise.reject(new KindError('invalidParameter', `Cannot send frame: ${sizes}`));
    }
    return this.#transmit.send(frame);
  }

  #take(frame: Uint8Array): void {
    this.#bufferCount -= 1;
    this.received.push(frame);
    this.#options.onGuestFrame?.(frame, this);
  }
}
