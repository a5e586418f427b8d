/**
 * When a step's open checks are looked at: soon after something happened on the machine or was done by the learner, and
 * now and then while somebody watches, because a file that changes tells nobody. Scripts cost the machine time, so they
 * keep a distance.
 */
import type { Disposable } from '../../../lib/disposable.ts';
import type { Check } from '../../../lesson/course.ts';

/** What happens comes in bursts: one `docker run` makes five events. */
const settleMs = 300;
/** Between the end of a look that ran scripts and the next one. */
const scriptPauseMs = 2000;
/** While nothing happens. */
const idleIntervalMs = 5000;

export interface CheckLoopOptions {
  /** The checks to look at now; none ends the looking until the next nudge. */
  readonly open: () => readonly Check[];
  /** Looks at one; rejects when the machine is gone, which ends the loop. */
  readonly look: (check: Check) => Promise<void>;
  readonly clock?: LoopClock;
}

export interface LoopClock {
  now(): number;
  /** Returns what cancels it. */
  later(callback: () => void, delayMs: number): () => void;
}

const systemClock: LoopClock = {
  now: () => performance.now(),
  later(callback, delayMs) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

export class CheckLoop implements Disposable {
  readonly #options: CheckLoopOptions;
  readonly #clock: LoopClock;
  #cancel: () => void = () => undefined;
  #dueAt = Number.POSITIVE_INFINITY;
  #looking = false;
  #scriptsFrom = 0;
  #watched = true;
  #disposed = false;

  constructor(options: CheckLoopOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** True while a look runs: what it does on the machine is no news. */
  get looking(): boolean {
    return this.#looking;
  }

  /** Something happened: looks soon. */
  nudge(): void {
    this.#schedule(settleMs);
  }

  /** Whether anybody sees the step; nothing is looked at while nobody does. */
  watch(watched: boolean): void {
    this.#watched = watched;
    if (watched) this.nudge();
    else this.#unschedule();
  }

  dispose(): void {
    this.#disposed = true;
    this.#unschedule();
  }

  /** The earlier of two wishes counts. */
  #schedule(delayMs: number): void {
    if (this.#disposed || !this.#watched) return;
    const dueAt = this.#clock.now() + delayMs;
    if (dueAt >= this.#dueAt) return;
    this.#unschedule();
    this.#dueAt = dueAt;
    this.#cancel = this.#clock.later(() => void this.#run(), delayMs);
  }

  #unschedule(): void {
    this.#cancel();
    this.#dueAt = Number.POSITIVE_INFINITY;
  }

  async #run(): Promise<void> {
    this.#dueAt = Number.POSITIVE_INFINITY;
    if (this.#looking) return this.#schedule(settleMs);
    this.#looking = true;
    try {
      await this.#lookAtAll();
    } catch {
      this.dispose(); // the machine is gone; the next one gets a loop of its own
    } finally {
      this.#looking = false;
    }
    if (this.#options.open().length > 0) this.#schedule(idleIntervalMs);
  }

  async #lookAtAll(): Promise<void> {
    const waitMs = this.#scriptsFrom - this.#clock.now();
    let ranScript = false;
    for (const check of this.#options.open()) {
      if (this.#disposed || !this.#watched) return;
      const isScript = check.condition.kind === 'script';
      if (isScript && waitMs > 0) {
        this.#schedule(waitMs);
        continue;
      }
      ranScript ||= isScript;
      await this.#options.look(check);
    }
    if (ranScript) this.#scriptsFrom = this.#clock.now() + scriptPauseMs;
  }
}
