/** The last minute of a container's stats, read while its card is seen. */
import type { ContainerStats } from '../../../api/stats.ts';
import type { ApiClient } from '../../../client/api-client.ts';
import { containerStats } from '../../../client/containers.ts';
import { jsonLines } from '../../../client/json-stream.ts';
import type { Disposable } from '../../../lib/disposable.ts';
import { toSample } from './stats-sample.ts';
import type { StatsSample } from './stats-sample.ts';

/** The engine sends one a second. */
export const samplesMax = 60;

export class ContainerStatsSeries implements Disposable {
  #samples = $state.raw<readonly StatsSample[]>([]);
  readonly #stop = new AbortController();

  constructor(client: ApiClient, container: string) {
    void this.#read(client, container);
  }

  /** The oldest first. */
  get samples(): readonly StatsSample[] {
    return this.#samples;
  }

  dispose(): void {
    this.#stop.abort();
  }

  async #read(client: ApiClient, container: string): Promise<void> {
    const { signal } = this.#stop;
    try {
      const stream = await containerStats(client, { container, signal });
      for await (const stats of jsonLines<ContainerStats>(stream)) {
        if (signal.aborted) return;
        this.#samples = [...this.#samples, toSample(stats)].slice(-samplesMax);
      }
    } catch {
      // It was removed, or the machine is gone: events tell the view.
    }
  }
}
