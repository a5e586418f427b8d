/** `GET /containers/{id}/stats`. */
import type { ContainerStats } from '../api/stats.ts';
import type { Disposable } from '../lib/disposable.ts';
import type { Container } from './container/container.ts';
import { emptyStats, readStats } from './container/read-stats.ts';
import type { Daemon } from './daemon.ts';
import type { ContainerStatsOptions } from './server/backend/container-backend.ts';

/** Readings kept for a client that does not read; later ones are dropped. */
const backlogCountMax = 8;

/**
 * Each reading carries the processor figures of the one before it, which the client needs to tell a
 * percentage. A single one is preceded by another, a second earlier, unless `oneShot`.
 */
export async function containerStats(
  daemon: Daemon,
  name: string,
  options: ContainerStatsOptions,
): Promise<ReadableStream<ContainerStats>> {
  const container = daemon.containers.find(name);
  if (!options.stream) {
    const runs = container.isRunning && container.state.status !== 'restarting';
    if (!runs) return streamOf(emptyStats(container));
    if (options.oneShot) return streamOf(await readStats(daemon, container));
  }
  return listen(daemon, container, options);
}

function listen(
  daemon: Daemon,
  container: Container,
  options: ContainerStatsOptions,
): ReadableStream<ContainerStats> {
  let previous: ContainerStats | undefined;
  let subscription: Disposable | undefined;
  let closed = false;
  const stop = (): void => {
    closed = true;
    subscription?.dispose();
  };
  return new ReadableStream<ContainerStats>(
    {
      start(controller) {
        const end = (error?: unknown): void => {
          if (closed) return;
          stop();
          if (error === undefined) controller.close();
          else controller.error(error);
        };
        const take = (stats: ContainerStats): void => {
          const before = previous;
          previous = stats;
          if (closed || (before === undefined && !options.stream)) return;
          if ((controller.desiredSize ?? 0) > 0) controller.enqueue(withPrevious(stats, before));
          if (!options.stream) end();
        };
        subscription = daemon.stats.listen(daemon, { container, listener: { take, end } });
        if (closed) subscription.dispose();
        options.signal?.addEventListener('abort', () => end(), { once: true });
      },
      cancel: stop,
    },
    { highWaterMark: backlogCountMax },
  );
}

function withPrevious(stats: ContainerStats, previous: ContainerStats | undefined): ContainerStats {
  if (previous === undefined) return stats;
  return { ...stats, preread: previous.read, precpu_stats: previous.cpu_stats };
}

function streamOf(stats: ContainerStats): ReadableStream<ContainerStats> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(stats);
      controller.close();
    },
  });
}
