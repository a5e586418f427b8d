/** What one request has done, as it does it: the small object that travels with a request through the verbs. */
import type { XrayEvent, XrayKind, XrayValue } from '../../api/xray.ts';
import { SetupError } from '../../guest/guest.ts';
import { errorMessage } from '../../lib/errors.ts';
import { rfc3339Nano } from '../timestamps.ts';
import type { XrayHub } from './xray-hub.ts';

export interface TracedStep {
  readonly kind: XrayKind;
  readonly operation: string;
  readonly arguments?: Readonly<Record<string, XrayValue>>;
  readonly cause?: string;
  readonly shell?: string;
}

export interface StepOutcome {
  /** Milliseconds since 1970. */
  readonly startedMs: number;
  readonly durationMicroseconds: number;
  /** What went wrong; absent when nothing did. */
  readonly error?: unknown;
}

export class RequestTrace {
  readonly requestId: string;
  readonly #hub: XrayHub;
  readonly #now: () => number;

  constructor(requestId: string, options: { readonly hub: XrayHub; readonly now: () => number }) {
    this.requestId = requestId;
    this.#hub = options.hub;
    this.#now = options.now;
  }

  now(): number {
    return this.#now();
  }

  /** A step that took no time worth measuring. */
  note(step: TracedStep): void {
    this.done(step, { startedMs: this.#now(), durationMicroseconds: 0 });
  }

  done(step: TracedStep, { startedMs, durationMicroseconds, error }: StepOutcome): void {
    this.#hub.publish({
      requestId: this.requestId,
      startedAt: rfc3339Nano(startedMs),
      durationMicroseconds: Math.round(durationMicroseconds),
      kind: step.kind,
      operation: step.operation,
      arguments: step.arguments ?? {},
      ...outcome(error),
      cause: step.cause ?? '',
      ...(step.shell === undefined ? {} : { shell: step.shell }),
    });
  }

  /** Publishes the step when the work ends, however it ends. */
  async measure<T>(step: TracedStep, work: () => Promise<T>): Promise<T> {
    const startedMs = this.#now();
    const took = (): number => (this.#now() - startedMs) * 1000;
    try {
      const value = await work();
      this.done(step, { startedMs, durationMicroseconds: took() });
      return value;
    } catch (error) {
      this.done(step, { startedMs, durationMicroseconds: took(), error });
      throw error;
    }
  }
}

function outcome(error: unknown): Pick<XrayEvent, 'result' | 'errno' | 'error'> {
  if (error === undefined) return { result: 'ok' };
  const cause = error instanceof Error ? error.cause : undefined;
  const errno = cause instanceof SetupError ? { errno: cause.failure.errnoName } : {};
  return { result: 'failed', ...errno, error: errorMessage(error) };
}
