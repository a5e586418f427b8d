/**
 * Gives a process's output to all who are attached. Each has a queue of bounded size; while one is
 * full the process has to wait, as with a terminal that is not read. One that takes nothing for
 * minutes is cut off, so that a client that went to sleep cannot hold up a container for ever.
 */
import type { LogStream } from './container-log.ts';

/** As much as dockerd buffers for an attached client before it blocks. */
const queueSizeBytesMax = 1_000_000;
export const stallMsMax = 5 * 60 * 1000;

export interface OutputTap {
  /** Ends when the process ends, the tap is closed, or it stalled. */
  readonly readable: ReadableStream<Uint8Array>;
  close(): void;
}

export interface TapOptions {
  readonly stdout: boolean;
  readonly stderr: boolean;
  /** Makes what goes over the wire of a chunk. */
  readonly encode: (stream: LogStream, chunk: Uint8Array) => Uint8Array;
  /** Comes before anything else. */
  readonly prelude?: readonly Uint8Array[];
}

export class OutputFan {
  readonly #taps = new Set<Tap>();
  readonly #delay: (milliseconds: number, signal: AbortSignal) => Promise<void>;

  constructor(delay: (milliseconds: number, signal: AbortSignal) => Promise<void>) {
    this.#delay = delay;
  }

  get tapCount(): number {
    return this.#taps.size;
  }

  tap(options: TapOptions): OutputTap {
    const tap: Tap = new Tap(options, () => this.#taps.delete(tap));
    this.#taps.add(tap);
    return tap;
  }

  /** Resolves when everybody has room for more. */
  async write(stream: LogStream, chunk: Uint8Array): Promise<void> {
    const full: Tap[] = [];
    for (const tap of this.#taps) if (!tap.write(stream, chunk)) full.push(tap);
    await Promise.all(full.map((tap) => this.#waitFor(tap)));
  }

  /** The process ended: everybody gets the rest of his queue and then the end. */
  end(): void {
    for (const tap of this.#taps) tap.close();
  }

  async #waitFor(tap: Tap): Promise<void> {
    const stop = new AbortController();
    const stalled = this.#delay(stallMsMax, stop.signal).then(
      () => tap.close(),
      () => {},
    );
    await Promise.race([tap.room(), stalled]);
    stop.abort();
  }
}

class Tap implements OutputTap {
  readonly readable: ReadableStream<Uint8Array>;
  readonly #options: TapOptions;
  readonly #onClose: () => void;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #roomWaiters: (() => void)[] = [];
  #closed = false;

  constructor(options: TapOptions, onClose: () => void) {
    this.#options = options;
    this.#onClose = onClose;
    this.readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
          for (const chunk of options.prelude ?? []) controller.enqueue(chunk);
        },
        pull: () => this.#release(),
        cancel: () => this.#forget(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: queueSizeBytesMax }),
    );
  }

  /** False when the queue is full now. */
  write(stream: LogStream, chunk: Uint8Array): boolean {
    if (this.#closed || !this.#options[stream]) return true;
    this.#controller?.enqueue(this.#options.encode(stream, chunk));
    return (this.#controller?.desiredSize ?? 1) > 0;
  }

  async room(): Promise<void> {
    if (this.#closed || (this.#controller?.desiredSize ?? 1) > 0) return;
    await new Promise<void>((resolve) => this.#roomWaiters.push(resolve));
  }

  close(): void {
    if (this.#closed) return;
    this.#forget();
    this.#controller?.close();
  }

  #forget(): void {
    this.#closed = true;
    this.#onClose();
    this.#release();
  }

  #release(): void {
    for (const waiter of this.#roomWaiters.splice(0)) waiter();
  }
}
