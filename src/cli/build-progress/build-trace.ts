/** What a build has told of its steps so far: the state that each way of showing it reads. */
import type {
  BuildStatus,
  BuildVertex,
  BuildVertexStatus,
  BuildVertexWarning,
} from '../../api/build.ts';
import { decodeBase64 } from '../../lib/base64.ts';

/** Lines of a step's output that are kept to be shown when it fails. */
const logLinesMax = 10_000;

export class TraceStep {
  vertex: BuildVertex;
  /** In the order they began. */
  readonly statuses = new Map<string, BuildVertexStatus>();
  readonly warnings: BuildVertexWarning[] = [];
  /** Each with its time in front; the last may still go on. */
  readonly logs: string[] = [];
  isLogPartial = false;
  /** Everything printed, for the terminal's last lines. */
  tail = '';
  readonly #decoder = new TextDecoder();

  constructor(vertex: BuildVertex) {
    this.vertex = vertex;
  }

  get isStarted(): boolean {
    return this.vertex.started !== undefined;
  }

  get isCompleted(): boolean {
    return this.vertex.completed !== undefined;
  }

  get isCanceled(): boolean {
    return this.vertex.error?.endsWith('context canceled') === true;
  }

  /** Until now where it still runs. */
  seconds(now: number): number {
    const { started, completed } = this.vertex;
    if (started === undefined) return 0;
    const end = completed === undefined ? now : Date.parse(completed);
    return Math.max(0, end - Date.parse(started)) / 1000;
  }

  addLog(data: string, timestamp: string): void {
    const text = this.#decoder.decode(decodeBase64(data), { stream: true });
    this.tail = (this.tail + text).slice(-tailCharactersMax);
    const started = this.vertex.started ?? timestamp;
    const seconds = Math.max(0, Date.parse(timestamp) - Date.parse(started)) / 1000;
    const lines = text.split('\n');
    const isComplete = lines.at(-1) === '';
    if (isComplete) lines.pop();
    for (const [index, line] of lines.entries()) {
      const last = this.logs.at(-1);
      if (index === 0 && this.isLogPartial && last !== undefined)
        this.logs[this.logs.length - 1] = last + line;
      else this.logs.push(`${seconds.toFixed(precision(seconds))} ${line}`);
    }
    if (text !== '') this.isLogPartial = !isComplete;
    if (this.logs.length > logLinesMax) this.logs.splice(0, this.logs.length - logLinesMax);
  }
}

/** Enough for the lines that a terminal shows of a step. */
const tailCharactersMax = 16 * 1024;

export class BuildTrace {
  readonly steps = new Map<string, TraceStep>();
  /** Steps that have begun, in that order. */
  readonly started: TraceStep[] = [];
  readonly warnings: BuildVertexWarning[] = [];

  /** The steps that something changed of. */
  update(status: BuildStatus): Set<TraceStep> {
    const changed = new Set<TraceStep>();
    for (const vertex of status.vertexes ?? []) changed.add(this.#addVertex(vertex));
    for (const item of status.statuses ?? []) {
      const step = this.steps.get(item.vertex);
      step?.statuses.set(item.id, item);
      if (step !== undefined) changed.add(step);
    }
    for (const warning of status.warnings ?? []) {
      this.warnings.push(warning);
      const step = this.steps.get(warning.vertex);
      step?.warnings.push(warning);
      if (step !== undefined) changed.add(step);
    }
    for (const log of status.logs ?? []) {
      const step = this.steps.get(log.vertex);
      step?.addLog(log.data, log.timestamp);
      if (step !== undefined) changed.add(step);
    }
    return changed;
  }

  #addVertex(vertex: BuildVertex): TraceStep {
    const known = this.steps.get(vertex.digest);
    const step = known ?? new TraceStep(vertex);
    const wasStarted = known?.isStarted === true;
    if (known === undefined) this.steps.set(vertex.digest, step);
    else if (!wasStarted || vertex.started !== undefined) step.vertex = vertex;
    if (!wasStarted && step.isStarted) this.started.push(step);
    return step;
  }
}

/** What went wrong last, with what was printed before: shown at the end. */
export function errorLogs(trace: BuildTrace, linesMax = Number.POSITIVE_INFINITY): string {
  return trace.started
    .filter(({ vertex, isCanceled }) => vertex.error !== undefined && !isCanceled)
    .map(({ vertex, logs }) => {
      const shown = logs.slice(-linesMax).map((line) => `${line}\n`);
      return `------\n > ${vertex.name}:\n${shown.join('')}------\n`;
    })
    .join('');
}

/** `1.23MB`, whole below a thousand. */
export function decimalBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let [value, unit] = [bytes, 0];
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(2)}${units[unit] ?? ''}`;
}

/** ` 1.2MB / 3.4MB`, or nothing. */
export function sizeText({ total = 0, current }: BuildVertexStatus): string {
  if (total !== 0) return ` ${decimalBytes(current)} / ${decimalBytes(total)}`;
  return current === 0 ? '' : ` ${decimalBytes(current)}`;
}

function precision(seconds: number): number {
  if (seconds < 10) return 3;
  return seconds < 100 ? 2 : 1;
}
