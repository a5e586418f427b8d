/**
 * The engine's events, read once for all views. The stream is open while at least one view is shown; a view that is
 * shown again asks for the state anew, after the stream is open, so that nothing falls between.
 */
import { systemEvents } from '../../client/system.ts';
import type { TimedEvent } from '../../client/system.ts';
import { toDisposable } from '../../lib/disposable.ts';
import type { Disposable } from '../../lib/disposable.ts';
import type { ViewMachine, ViewServices } from './view-services.ts';

export interface EngineListener {
  /** The machine is there and its events are read from now on: time to ask for the state. */
  opened(machine: ViewMachine): void;
  happened(event: TimedEvent): void;
}

export class EngineEvents {
  readonly #services: ViewServices;
  readonly #listeners = new Set<EngineListener>();
  #watching: Disposable | undefined;
  #stop: AbortController | undefined;
  /** Set while its events are read. */
  #machine: ViewMachine | undefined;

  constructor(services: ViewServices) {
    this.#services = services;
  }

  subscribe(listener: EngineListener): Disposable {
    this.#listeners.add(listener);
    if (this.#watching === undefined)
      this.#watching = this.#services.onMachine((machine) => void this.#read(machine));
    else if (this.#machine !== undefined) listener.opened(this.#machine);
    return toDisposable(() => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#close();
    });
  }

  #close(): void {
    this.#watching?.dispose();
    this.#watching = undefined;
    this.#stop?.abort();
    this.#machine = undefined;
  }

  async #read(machine: ViewMachine): Promise<void> {
    this.#stop?.abort();
    const stop = new AbortController();
    this.#stop = stop;
    const { signal } = stop;
    try {
      const events = await systemEvents(machine.client, { signal });
      if (signal.aborted) return;
      this.#machine = machine;
      for (const listener of this.#listeners) listener.opened(machine);
      for await (const event of events) {
        if (signal.aborted) return;
        for (const listener of this.#listeners) listener.happened(event);
      }
    } catch {
      // The machine is gone, or nobody listens any more: the session tells, and the next machine is read anew.
    } finally {
      if (this.#stop === stop) this.#machine = undefined;
    }
  }
}

const streams = new WeakMap<ViewServices, EngineEvents>();

/** The one stream of a page. */
export function engineEvents(services: ViewServices): EngineEvents {
  const known = streams.get(services) ?? new EngineEvents(services);
  streams.set(services, known);
  return known;
}
