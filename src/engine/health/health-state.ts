/** How well a container is, by the last probes of its healthcheck. */
import type {
  ContainerHealth,
  HealthConfig,
  HealthcheckResult,
  HealthStatus,
} from '../../api/container.ts';
import { jsonTime } from '../timestamps.ts';

const logCountMax = 5;
const retriesDefault = 3;

export interface ProbeResult {
  readonly startMs: number;
  readonly endMs: number;
  /** 0 is healthy; -1 when the probe could not be run to its end. */
  readonly exitCode: number;
  readonly output: string;
}

export class HealthState {
  status: HealthStatus = 'starting';
  failingStreak = 0;
  readonly #log: HealthcheckResult[] = [];

  /** As a container had it when it was saved. */
  static of({ Status: status, FailingStreak: streak, Log: log }: ContainerHealth): HealthState {
    const state = new HealthState();
    state.status = status;
    state.failingStreak = streak;
    state.#log.push(...log);
    return state;
  }

  /** The container was started again: it has to prove itself anew. The log stays. */
  reset(): void {
    this.status = 'starting';
    this.failingStreak = 0;
  }

  /** Takes a result into account; true when the status is another one now. */
  take(
    result: ProbeResult,
    { config, startedMs }: { readonly config: HealthConfig; readonly startedMs: number },
  ): boolean {
    const before = this.status;
    this.#log.push({
      Start: jsonTime(result.startMs),
      End: jsonTime(result.endMs),
      ExitCode: result.exitCode,
      Output: result.output,
    });
    if (this.#log.length > logCountMax) this.#log.shift();
    if (result.exitCode === 0) {
      this.failingStreak = 0;
      this.status = 'healthy';
      return this.status !== before;
    }
    const startPeriodMs = (config.StartPeriod ?? 0) / 1e6;
    const forgiven = this.status === 'starting' && result.startMs - startedMs < startPeriodMs;
    if (!forgiven) this.failingStreak += 1;
    const retries = (config.Retries ?? 0) > 0 ? (config.Retries ?? 0) : retriesDefault;
    if (!forgiven && this.failingStreak >= retries) this.status = 'unhealthy';
    return this.status !== before;
  }

  wire(): ContainerHealth {
    return { Status: this.status, FailingStreak: this.failingStreak, Log: [...this.#log] };
  }

  /** As `docker ps` shows it behind the time. */
  text(): string {
    return this.status === 'starting' ? 'health: starting' : this.status;
  }
}
