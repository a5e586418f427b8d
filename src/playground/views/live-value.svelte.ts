/**
 * A value that is asked for when a view opens, and again after events that change it, never by the clock. Events come in
 * bursts (a start is five), so one question answers all that came shortly after one another; there is one at a time, and
 * the last one wins.
 */
import type { ApiClient } from '../../client/api-client.ts';
import type { TimedEvent } from '../../client/system.ts';
import { toDisposable } from '../../lib/disposable.ts';
import type { Disposable } from '../../lib/disposable.ts';
import { errorMessage } from '../../lib/errors.ts';
import { engineEvents } from './engine-events.ts';
import type { ViewServices } from './view-services.ts';

/** Long enough for a burst's events, short enough to feel immediate. */
export const gatherMs = 150;

export interface LiveOptions<Value> {
  readonly ask: (client: ApiClient) => Promise<Value>;
  /** Which events change the value. */
  readonly isChangedBy: (event: TimedEvent) => boolean;
}

export class LiveValue<Value> implements Disposable {
  /** Undefined until the first answer. */
  #value = $state.raw<Value>();
  #failure = $state<string>();
  #isBusy = $state(false);
  #client: ApiClient | undefined;
  #again = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #options: LiveOptions<Value>;
  readonly #subscription: Disposable;

  constructor(services: ViewServices, options: LiveOptions<Value>) {
    this.#options = options;
    const subscription = engineEvents(services).subscribe({
      opened: ({ client }) => {
        this.#client = client;
        void this.refresh();
      },
      happened: (event) => {
        if (options.isChangedBy(event)) this.#schedule();
      },
    });
    this.#subscription = toDisposable(() => {
      subscription.dispose();
      clearTimeout(this.#timer);
      this.#client = undefined;
    });
  }

  get value(): Value | undefined {
    return this.#value;
  }

  /** Why there is no newer value. */
  get failure(): string | undefined {
    return this.#failure;
  }

  get isBusy(): boolean {
    return this.#isBusy;
  }

  get client(): ApiClient | undefined {
    return this.#client;
  }

  /** Asks now, or right after the question that is open. Never rejects. */
  async refresh(): Promise<void> {
    this.#again = true;
    if (this.#isBusy) return;
    this.#isBusy = true;
    while (this.#again && this.#client !== undefined) {
      this.#again = false;
      await this.#ask(this.#client);
    }
    this.#isBusy = false;
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  async #ask(client: ApiClient): Promise<void> {
    try {
      const value = await this.#options.ask(client);
      if (client !== this.#client) return;
      this.#value = value;
      this.#failure = undefined;
    } catch (error) {
      if (client === this.#client) this.#failure = errorMessage(error);
    }
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.refresh();
    }, gatherMs);
  }
}
