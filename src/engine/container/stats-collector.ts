/**
 * Reads what containers use once a second, for as long as somebody listens: one reading a container,
 * however many listen to it.
 */
import type { ContainerStats } from '../../api/stats.ts';
import { toDisposable, type Disposable } from '../../lib/disposable.ts';
import type { Daemon } from '../daemon.ts';
import type { Container } from './container.ts';
import { readStats } from './read-stats.ts';

/** As dockerd. */
const intervalMs = 1000;

export interface StatsListener {
  take(stats: ContainerStats): void;
  /** The container is gone, or cannot be read. */
  end(error?: unknown): void;
}

export class StatsCollector {
  readonly #listeners = new Map<string, Set<StatsListener>>();

  /** The first reading comes at once. */
  listen(
    daemon: Daemon,
    { container, listener }: { readonly container: Container; readonly listener: StatsListener },
  ): Disposable {
    const known = this.#listeners.get(container.id);
    const listeners = known ?? new Set<StatsListener>();
    listeners.add(listener);
    if (known === undefined) {
      this.#listeners.set(container.id, listeners);
      this.#collect(daemon, container, listeners).catch(() => {});
    }
    return toDisposable(() => listeners.delete(listener));
  }

  async #collect(
    daemon: Daemon,
    container: Container,
    listeners: Set<StatsListener>,
  ): Promise<void> {
    try {
      while (listeners.size > 0 && daemon.containers.get(container.id) !== undefined) {
        const stats = await readStats(daemon, container);
        for (const listener of listeners) listener.take(stats);
        if (listeners.size > 0) await daemon.clock.delay(intervalMs);
      }
      for (const listener of listeners) listener.end();
    } catch (error) {
      for (const listener of listeners) listener.end(error);
    } finally {
      if (this.#listeners.get(container.id) === listeners) this.#listeners.delete(container.id);
    }
  }
}
