/**
 * A reading of the machine that follows what happens: taken anew after each event of the engine's, never by the clock.
 * Events come in bursts (a start is five), so one reading answers all that came shortly after one another, and there is
 * one at a time.
 */
import type { ApiClient } from '../../../client/api-client.ts';
import { systemEvents } from '../../../client/system.ts';
import type { Disposable } from '../../../lib/disposable.ts';
import { errorMessage } from '../../../lib/errors.ts';
import type { ViewServices } from '../view-services.ts';

/** Long enough for a burst's events, short enough to feel immediate. */
export const gatherMs = 150;

export interface LiveReadingOptions<Value> {
  readonly services: Pick<ViewServices, 'onMachine'>;
  /** Types of events after which it is taken anew. */
  readonly eventTypes: readonly string[];
  read(client: ApiClient, signal: AbortSignal): Promise<Value>;
}

export class LiveReading<Value> implements Disposable {
  #value = $state.raw<Value | undefined>();
  #failure = $state('');
  #isBusy = $state(false);
  readonly #options: LiveReadingOptions<Value>;
  readonly #machines: Disposable;
  #client: ApiClient | undefined;
  #stop = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isStale = false;

  constructor(options: LiveReadingOptions<Value>) {
    this.#options = options;
    this.#machines = options.services.onMachine(({ client }) => this.#begin(client));
  }

  /** The last one; undefined until there is a machine. */
  get value(): Value | undefined {
    return this.#value;
  }
  /** Why the last reading failed, or why there will be none; empty when all is well. */
  get failure(): string {
    return this.#failure;
  }
  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** Takes a reading now, or right after the one that is being taken. Never rejects. */
  async refresh(): Promise<void> {
    const client = this.#client;
    if (client === undefined) return;
    this.#isStale = true;
    if (this.#isBusy) return;
    const { signal } = this.#stop;
    this.#isBusy = true;
    while (this.#isStale && !signal.aborted) {
      this.#isStale = false;
      await this.#readOnce(client, signal);
    }
    if (!signal.aborted) this.#isBusy = false;
  }

  dispose(): void {
    this.#machines.dispose();
    this.#end();
  }

  #begin(client: ApiClient): void {
    this.#end();
    this.#stop = new AbortController();
    this.#client = client;
    this.#isBusy = false;
    void this.#follow(client, this.#stop.signal);
  }

  #end(): void {
    this.#stop.abort();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#client = undefined;
  }

  async #readOnce(client: ApiClient, signal: AbortSignal): Promise<void> {
    try {
      const value = await this.#options.read(client, signal);
      if (signal.aborted) return;
      this.#value = value;
      this.#failure = '';
    } catch (error) {
      if (!signal.aborted) this.#failure = errorMessage(error);
    }
  }

  async #follow(client: ApiClient, signal: AbortSignal): Promise<void> {
    try {
      const filters = { type: this.#options.eventTypes };
      // First the events, then the reading: nothing that happens between is missed.
      const events = await systemEvents(client, { filters, signal });
      await this.refresh();
      for await (const _event of events) this.#schedule();
    } catch (error) {
      if (!signal.aborted) this.#failure = errorMessage(error);
    }
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.refresh();
    }, gatherMs);
  }
}
