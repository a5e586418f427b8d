/** `--progress plain`: `#5 [2/3] RUN make`, `#5 0.123 …`, `#5 DONE 0.3s`. One step at a time is followed. */
import type { BuildStatus, BuildVertexStatus } from '../../api/build.ts';
import type { Output } from '../output.ts';
import { BuildTrace, errorLogs, sizeText, type TraceStep } from './build-trace.ts';
import { decodeBase64Text } from '../../lib/base64.ts';
import type { BuildDisplay } from './build-display.ts';

/** A size is printed again after this share of its total, or this long. */
const progressShareMin = 0.05;
const progressMillisecondsMin = 5000;

/** Lines of a failed step that are shown again at the end. */
const errorLinesMax = 10;

interface Printed {
  readonly index: number;
  logs: number;
  warnings: number;
  readonly sizes: Map<string, { readonly current: number; readonly time: number }>;
  isDone: boolean;
}

export class PlainProgress implements BuildDisplay {
  readonly trace = new BuildTrace();
  readonly #output: Output;
  readonly #printed = new Map<TraceStep, Printed>();
  readonly #pending = new Set<TraceStep>();
  #current: TraceStep | undefined;
  #text = '';

  constructor(output: Output, options: { readonly description: string }) {
    this.#output = output;
    this.#text = `#0 ${options.description}\n`;
  }

  update(status: BuildStatus): Promise<void> {
    for (const step of this.trace.update(status)) if (step.isStarted) this.#pending.add(step);
    this.#print();
    return this.#flush();
  }

  async done(): Promise<void> {
    this.#current = undefined;
    this.#print();
    this.#text += errorLogs(this.trace, errorLinesMax);
    await this.#flush();
  }

  /** The followed one first, then what has ended, then one of those that run. */
  #print(): void {
    const ended = [...this.#pending].filter((step) => step.isCompleted);
    const current = this.#current;
    if (current !== undefined && ended.includes(current)) this.#printStep(current);
    for (const step of ended) if (step !== current) this.#printStep(step);
    if (this.#current !== undefined) {
      if (this.#pending.has(this.#current)) this.#printStep(this.#current);
      return;
    }
    const [next] = this.#pending;
    if (next !== undefined) this.#printStep(next);
  }

  #printStep(step: TraceStep): void {
    this.#pending.delete(step);
    const printed = this.#printed.get(step) ?? this.#begin(step);
    if (printed.isDone && step.isCompleted && printed.logs === step.logs.length) return;
    if (this.#current !== step) this.#follow(step, printed.index);
    const line = (text: string) => {
      this.#text += `#${printed.index} ${text}\n`;
    };
    for (const status of step.statuses.values()) this.#printStatus(status, printed, line);
    for (const warning of step.warnings.slice(printed.warnings))
      line(`WARN: ${decodeBase64Text(warning.short)}`);
    printed.warnings = step.warnings.length;
    // A line that still goes on waits, unless the step is over.
    const whole = step.isLogPartial && !step.isCompleted ? step.logs.length - 1 : step.logs.length;
    for (const log of step.logs.slice(printed.logs, whole)) line(log);
    printed.logs = Math.max(printed.logs, whole);
    if (!step.isCompleted) return;
    printed.isDone = true;
    this.#current = undefined;
    line(outcome(step));
  }

  #begin(step: TraceStep): Printed {
    const index = this.#printed.size + 1;
    const printed = { index, logs: 0, warnings: 0, sizes: new Map(), isDone: false };
    this.#printed.set(step, printed);
    return printed;
  }

  #follow(step: TraceStep, index: number): void {
    const before = this.#current === undefined ? undefined : this.#printed.get(this.#current);
    if (before !== undefined) this.#text += `#${before.index} ...\n`;
    this.#text += `\n#${index} ${step.vertex.name}\n`;
    this.#current = step;
  }

  #printStatus(status: BuildVertexStatus, printed: Printed, line: (text: string) => void): void {
    const last = printed.sizes.get(status.id);
    const time = Date.parse(status.timestamp);
    const isDone = status.completed !== undefined;
    if (last !== undefined) {
      if (last.time === Number.POSITIVE_INFINITY) return;
      const share = status.total ? (status.current - last.current) / status.total : 0;
      if (!isDone && share < progressShareMin && time - last.time < progressMillisecondsMin) return;
    }
    printed.sizes.set(status.id, {
      current: status.current,
      time: isDone ? Number.POSITIVE_INFINITY : time,
    });
    const seconds =
      status.started === undefined
        ? 0
        : (Date.parse(status.completed ?? status.timestamp) - Date.parse(status.started)) / 1000;
    const took = seconds > 0.01 ? ` ${seconds.toFixed(1)}s` : '';
    line(`${status.id}${sizeText(status)}${took}${isDone ? ' done' : ''}`);
  }

  async #flush(): Promise<void> {
    const text = this.#text;
    this.#text = '';
    await this.#output.write(text);
  }
}

function outcome(step: TraceStep): string {
  if (step.isCanceled) return 'CANCELED';
  const { error, cached } = step.vertex;
  if (error !== undefined) return `ERROR: ${error}`;
  return cached === true ? 'CACHED' : `DONE ${step.seconds(0).toFixed(1)}s`;
}
