/** Stops a machine that nobody looks at: an embed out of view, a page that is hidden for long. */
import type { Disposable } from '../lib/disposable.ts';
import type { Session } from './session.svelte.ts';

export interface AttentionOptions {
  readonly session: Pick<Session, 'onReady' | 'host'>;
  /** How long nobody has to look. */
  readonly patienceMs: number;
}

export class Attention implements Disposable {
  readonly #options: AttentionOptions;
  readonly #ready: Disposable;
  #seen = true;
  /** What was asked of the machine and is not answered yet. */
  #held = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: AttentionOptions) {
    this.#options = options;
    this.#ready = options.session.onReady(() => this.#update());
  }

  /** Somebody sees the machine, or no longer. */
  see(seen: boolean): void {
    this.#seen = seen;
    this.#update();
  }

  /** Lets the machine run until `work` is done, seen or not. */
  async hold<T>(work: () => Promise<T>): Promise<T> {
    this.#held += 1;
    this.#update();
    try {
      return await work();
    } finally {
      this.#held -= 1;
      this.#update();
    }
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#ready.dispose();
  }

  #update(): void {
    clearTimeout(this.#timer);
    // A machine that is lost shows elsewhere.
    if (this.#seen || this.#held > 0) this.#options.session.host?.resume().catch(() => undefined);
    else this.#timer = setTimeout(() => this.#pause(), this.#options.patienceMs);
  }

  #pause(): void {
    this.#options.session.host?.pause().catch(() => undefined);
  }
}
