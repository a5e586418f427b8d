/**
 * Probes a container while it runs: the first time after the interval, then so long after each probe's
 * end. Shorter intervals hold during the start period, until the container was healthy once.
 */
import type { HealthConfig } from '../../api/container.ts';
import type { Container } from '../container/container.ts';
import { logContainerEvent, type Daemon } from '../daemon.ts';
import { HealthState } from './health-state.ts';
import { probeCommand, runProbe } from './probe.ts';

const intervalMsDefault = 30_000;
const startIntervalMsDefault = 5_000;

/** The container was started: it has yet to prove itself. */
export function startHealth(daemon: Daemon, container: Container): void {
  stopHealth(container);
  if (probeCommand(container) === undefined) return;
  container.health ??= new HealthState();
  container.health.reset();
  resumeHealth(daemon, container);
}

/** Goes on after a pause. */
export function resumeHealth(daemon: Daemon, container: Container): void {
  const command = probeCommand(container);
  if (command === undefined || container.health === undefined) return;
  stopHealth(container);
  const stop = new AbortController();
  container.stopProbes = () => stop.abort();
  monitor(daemon, { container, command, signal: stop.signal }).catch(() => {});
}

/** It ended or is paused: a probe that is under way is killed and does not count. */
export function stopHealth(container: Container): void {
  container.stopProbes?.();
  container.stopProbes = undefined;
}

async function monitor(
  daemon: Daemon,
  options: {
    readonly container: Container;
    readonly command: readonly string[];
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { container, signal } = options;
  const config = container.config.Healthcheck ?? {};
  for (;;) {
    await daemon.clock.delay(intervalMs(daemon, container, config), signal);
    const result = await runProbe(daemon, container, options);
    if (signal.aborted || container.health === undefined) return;
    const { startedMs } = container.state;
    if (container.health.take(result, { config, startedMs })) {
      const action = `health_status: ${container.health.status}`;
      logContainerEvent(daemon, container, { action });
    }
  }
}

function intervalMs(daemon: Daemon, container: Container, config: HealthConfig): number {
  const withDefault = (nanoseconds: number | undefined, milliseconds: number) =>
    nanoseconds === undefined || nanoseconds === 0 ? milliseconds : nanoseconds / 1e6;
  const usual = withDefault(config.Interval, intervalMsDefault);
  const startPeriodMs = (config.StartPeriod ?? 0) / 1e6;
  const starting =
    container.health?.status === 'starting' &&
    daemon.clock.now() - container.state.startedMs < startPeriodMs;
  return starting ? withDefault(config.StartInterval, startIntervalMsDefault) : usual;
}
