/** A clock that stands still until a test moves it. */
import type { Clock } from '../../src/engine/daemon.ts';

interface Timer {
  readonly atMs: number;
  readonly resolve: () => void;
}

export class FakeClock implements Clock {
  #nowMs = 1_000_000_000_000;
  readonly #timers = new Set<Timer>();

  now(): number {
    return this.#nowMs;
  }

  delay(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason);
        return;
      }
      const timer = { atMs: this.#nowMs + milliseconds, resolve };
      this.#timers.add(timer);
      signal?.addEventListener('abort', () => {
        if (this.#timers.delete(timer)) reject(signal.reason);
      });
    });
  }

  /** Milliseconds until each timer, soonest first. */
  get pendingMs(): number[] {
    return [...this.#timers].map(({ atMs }) => atMs - this.#nowMs).sort((a, b) => a - b);
  }

  /** Lets time pass, one timer after the other, and what they set off happen. */
  async advance(milliseconds: number): Promise<void> {
    const endMs = this.#nowMs + milliseconds;
    await settle();
    for (;;) {
      const next = [...this.#timers].sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined || next.atMs > endMs) break;
      this.#nowMs = next.atMs;
      this.#timers.delete(next);
      next.resolve();
      await settle();
    }
    this.#nowMs = endMs;
    await settle();
  }
}

/** Until everything that could happen without time passing has happened. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
