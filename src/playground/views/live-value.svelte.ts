/** A value that is asked for when a view opens and again when an event says so: one question at a time, the last one wins. */
import type { ApiClient } from '../../client/api-client.ts';
import type { TimedEvent } from '../../client/system.ts';
import { toDisposable } from '../../lib/disposable.ts';
import type { Disposable } from '../../lib/disposable.ts';
import { errorMessage } from '../../lib/errors.ts';
import { engineEvents } from './engine-events.ts';
import type { ViewServices } from './view-services.ts';

export interface LiveOptions<Value> {
  readonly ask: (client: ApiClient) => Promise<Value>;
  /** Which events change the value. */
  readonly isChangedBy: (event: TimedEvent) => boolean;
}

export class LiveValue<Value> implements Disposable {
  /** Undefined until the first answer. */
  #value = $state.raw<Value>();
  #failure = $state<string>();
  #client: ApiClient | undefined;
  #asking = false;
  #again = false;
  readonly #options: LiveOptions<Value>;
  readonly #subscription: Disposable;

  constructor(services: ViewServices, options: LiveOptions<Value>) {
    this.#options = options;
    const subscription = engineEvents(services).subscribe({
      opened: ({ client }) => {
        this.#client = client;
        this.refresh();
      },
      happened: (event) => {
        if (options.isChangedBy(event)) this.refresh();
      },
    });
    this.#subscription = toDisposable(() => {
      subscription.dispose();
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

  get client(): ApiClient | undefined {
    return this.#client;
  }

  refresh(): void {
    this.#again = true;
    if (!this.#asking) void this.#ask();
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  async #ask(): Promise<void> {
    this.#asking = true;
    while (this.#again && this.#client !== undefined) {
      this.#again = false;
      const client = this.#client;
      try {
        const value = await this.#options.ask(client);
        if (client !== this.#client) continue;
        this.#value = value;
        this.#failure = undefined;
      } catch (error) {
        if (client === this.#client) this.#failure = errorMessage(error);
      }
    }
    this.#asking = false;
  }
}
