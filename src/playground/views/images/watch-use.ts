/**
 * Tells when a container has run. A file that is written tells nobody, but nobody writes without the processor: the
 * engine's stream of its use says when it is worth to look at the container's files again. One that sleeps is left alone.
 */
import type { ContainerStats } from '../../../api/stats.ts';
import type { ApiClient } from '../../../client/api-client.ts';
import { containerStats } from '../../../client/containers.ts';
import { jsonLines } from '../../../client/json-stream.ts';
import { toDisposable, type Disposable } from '../../../lib/disposable.ts';

export interface WatchUseOptions {
  readonly container: string;
  /** At most once a second, as the engine tells it. */
  readonly used: () => void;
}

export function watchUse(client: ApiClient, options: WatchUseOptions): Disposable {
  const stop = new AbortController();
  void follow(client, options, stop.signal);
  return toDisposable(() => stop.abort());
}

async function follow(
  client: ApiClient,
  { container, used }: WatchUseOptions,
  signal: AbortSignal,
): Promise<void> {
  let before: number | undefined;
  try {
    const stream = await containerStats(client, { container, signal });
    for await (const { cpu_stats: use } of jsonLines<ContainerStats>(stream)) {
      if (signal.aborted) return;
      const now = use.cpu_usage.total_usage;
      if (before !== undefined && now > before) used();
      before = now;
    }
  } catch {
    // It was removed, or the machine is gone: events tell the view.
  }
}
