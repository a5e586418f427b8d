/**
 * Frames on their way to the guest. The emulated card drops what finds no receive buffer, so frames
 * wait here until the driver posted one; nothing is lost and nothing grows without bound.
 */
import type { Disposable } from '../lib/disposable.ts';
import { KindError } from '../lib/errors.ts';

/** Bytes that may wait: far above the agent protocol's windows, far below what a tab would feel. */
export const queuedBytesMax = 32 * 1024 * 1024;

export interface TransmitDevice {
  /** True when the guest posted a buffer for one more frame. */
  canTake(): boolean;
  /** Hands over one frame; called only after `canTake()` said yes. */
  take(frame: Uint8Array): void;
  /** Calls back after the guest had a chance to run. */
  later(callback: () => void): void;
}

interface Waiting {
  readonly frame: Uint8Array;
  readonly resolve: () => void;
  readonly reject: (error: KindError) => void;
}

export class TransmitQueue implements Disposable {
  readonly #device: TransmitDevice;
  #waiting: Waiting[] = [];
  #queuedBytes = 0;
  #scheduled = false;
  #disposed = false;

  constructor(device: TransmitDevice) {
    this.#device = device;
  }

  /** Resolves when the device took the frame; rejects `resourceExhausted` beyond `queuedBytesMax`. */
  send(frame: Uint8Array): Promise<void> {
    if (this.#disposed) return Promise.reject(disposedError());
    if (this.#waiting.length === 0 && this.#device.canTake()) {
      this.#device.take(frame);
      return Promise.resolve();
    }
    if (this.#queuedBytes + frame.length > queuedBytesMax) {
      const limit = `${queuedBytesMax} bytes already wait for the guest`;
      return Promise.reject(new KindError('resourceExhausted', `Cannot send frame: ${limit}`));
    }
    this.#queuedBytes += frame.length;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ frame, resolve, reject });
      this.#schedule();
    });
  }

  /** Hands over what the device can take now. */
  drain(): void {
    let count = 0;
    for (const { frame, resolve } of this.#waiting) {
      if (!this.#device.canTake()) break;
      this.#device.take(frame);
      this.#queuedBytes -= frame.length;
      count += 1;
      resolve();
    }
    this.#waiting.splice(0, count);
    if (this.#waiting.length > 0) this.#schedule();
  }

  dispose(): void {
    this.#disposed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(disposedError());
    this.#queuedBytes = 0;
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#device.later(() => {
      this.#scheduled = false;
      if (!this.#disposed) this.drain();
    });
  }
}

function disposedError(): KindError {
  return new KindError('unavailable', 'Cannot send frame: machine is gone');
}
