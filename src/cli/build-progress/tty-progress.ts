/** `--progress tty`: the list of steps with their times, drawn over as they go on. */
import type { BuildStatus } from '../../api/build.ts';
import { decodeBase64Text } from '../../lib/base64.ts';
import type { Output } from '../output.ts';
import type { BuildDisplay } from './build-display.ts';
import { BuildTrace, errorLogs, sizeText, type TraceStep } from './build-trace.ts';

export interface TtyOptions {
  /** `docker:default`, at the right of the first line. */
  readonly description: string;
  readonly size: () => { readonly columns: number; readonly rows: number };
  readonly now: () => number;
  readonly colors: boolean;
}

/** The list is drawn again this often, so that times go on. */
const refreshMilliseconds = 150;

/** Lines of output shown under a step that runs. */
const outputLinesMax = 6;

interface Line {
  readonly name: string;
  readonly status: string;
  readonly seconds: number;
  readonly isCompleted: boolean;
  readonly color: 'run' | 'error' | 'cancel';
  /** What the step printed last. */
  readonly tail?: string;
}

const colorCodes = { run: 34, error: 31, cancel: 33 } as const;

export class TtyProgress implements BuildDisplay {
  readonly trace = new BuildTrace();
  readonly #output: Output;
  readonly #options: TtyOptions;
  readonly #timer: ReturnType<typeof setInterval>;
  /** Lines below the first one. */
  #lineCount = 0;
  #isDrawn = false;
  #start: number | undefined;
  #drawing: Promise<void> = Promise.resolve();

  constructor(output: Output, options: TtyOptions) {
    this.#output = output;
    this.#options = options;
    this.#timer = setInterval(() => void this.#draw(false), refreshMilliseconds);
  }

  update(status: BuildStatus): Promise<void> {
    this.#start ??= this.#options.now();
    this.trace.update(status);
    return Promise.resolve();
  }

  async done(): Promise<void> {
    clearInterval(this.#timer);
    await this.#draw(true);
    await this.#output.write(errorLogs(this.trace));
  }

  #draw(isLast: boolean): Promise<void> {
    this.#drawing = this.#drawing.then(() => this.#output.write(this.#screen(isLast)));
    return this.#drawing;
  }

  #screen(isLast: boolean): string {
    const { columns, rows } = this.#options.size();
    const now = this.#options.now();
    const up = '\x1b[1A'.repeat(this.#lineCount + 1);
    let text = `${up}${this.#isDrawn ? '' : '\x1b[1B'}\x1b[0G\x1b[?25l`;
    this.#isDrawn = true;
    text += `${this.#title(now, { isLast, columns })}\n`;
    let lines = this.trace.started.flatMap((step) => stepLines(step, now));
    if (!isLast) lines = fit(lines, rows - 2);
    let count = 0;
    for (const line of lines) {
      const drawn = drawLine(line, { columns, colors: this.#options.colors });
      if (drawn === '') continue;
      const tail = isLast ? [] : tailLines(line, columns);
      text += drawn + tail.map((output) => this.#faint(` => => # ${output}`)).join('');
      count += 1 + tail.length;
    }
    const surplus = this.#lineCount - count;
    if (surplus > 0) text += `${`${' '.repeat(columns)}\n`.repeat(surplus)}\x1b[${surplus}A\x1b[0G`;
    this.#lineCount = count;
    return `${text}\x1b[?25h`;
  }

  #title(now: number, { isLast, columns }: { isLast: boolean; columns: number }): string {
    const steps = [...this.trace.steps.values()];
    const completed = steps.filter((step) => step.isCompleted).length;
    const isFinished = isLast && completed > 0 && completed === steps.length;
    const seconds = Math.max(0, now - (this.#start ?? now)) / 1000;
    const state = isFinished ? 'FINISHED' : '';
    const left = `[+] Building ${seconds.toFixed(1)}s (${completed}/${steps.length}) ${state}`;
    return align(left, this.#options.description, columns - 1).slice(0, columns);
  }

  #faint(line: string): string {
    return this.#options.colors ? `\x1b[2m${line}\n\x1b[0m` : `${line}\n`;
  }
}

function stepLines(step: TraceStep, now: number): Line[] {
  const { name, error, cached } = step.vertex;
  const prefix =
    (cached === true ? 'CACHED ' : '') +
    (error === undefined ? '' : step.isCanceled ? 'CANCELED ' : 'ERROR ');
  const own: Line = {
    name: prefix + name.replaceAll('\t', ' '),
    status: '',
    seconds: step.seconds(now),
    isCompleted: step.isCompleted,
    color: error === undefined ? 'run' : step.isCanceled ? 'cancel' : 'error',
    ...(step.isCompleted ? {} : { tail: step.tail }),
  };
  const sizes = [...step.statuses.values()].flatMap((status): Line[] => {
    if (status.started === undefined) return [];
    const end = status.completed === undefined ? now : Date.parse(status.completed);
    const seconds = Math.max(0, end - Date.parse(status.started)) / 1000;
    const isCompleted = status.completed !== undefined;
    return [
      {
        name: `=> ${status.id}`,
        status: sizeText(status).trim(),
        seconds,
        isCompleted,
        color: 'run',
      },
    ];
  });
  const warnings = step.warnings.map((warning): Line => ({
    name: `WARN: ${decodeBase64Text(warning.short)}`,
    status: '',
    seconds: own.seconds,
    isCompleted: false,
    color: 'cancel',
  }));
  return [own, ...sizes, ...warnings];
}

function drawLine(
  line: Line,
  { columns, colors }: { readonly columns: number; readonly colors: boolean },
): string {
  const seconds = line.seconds < 0.05 ? 0 : line.seconds;
  const prefix = ' => ';
  const timer = ` ${seconds.toFixed(1)}s\n`;
  let left = columns - prefix.length - timer.length - 1;
  const showsStatus = line.status !== '' && left + line.status.length > 20;
  if (showsStatus) left -= line.status.length + 1;
  if (left < 12) return '';
  const text = `${prefix}${line.name.slice(0, left)}${showsStatus ? ` ${line.status}` : ''}`;
  const drawn = align(text, timer, columns);
  return line.isCompleted && colors ? `\x1b[${colorCodes[line.color]}m${drawn}\x1b[0m` : drawn;
}

function align(left: string, right: string, width: number): string {
  return `${left.padEnd(Math.max(0, width - right.length - 1))} ${right}`;
}

/** The last lines, those cut off that still run in place of finished ones. */
function fit(lines: readonly Line[], limit: number): Line[] {
  if (limit < 0) return [];
  if (lines.length <= limit) return [...lines];
  const kept = lines.slice(lines.length - limit);
  const hidden = lines.slice(0, lines.length - limit).filter((line) => !line.isCompleted);
  let room = hidden.length;
  const rest = kept.filter((line) => {
    const stays = !line.isCompleted || room <= 0;
    room -= 1;
    return stays;
  });
  const free = kept.length - rest.length;
  return [...hidden.slice(hidden.length - free), ...rest];
}

/** What a program drew over itself shows as its last state alone. */
function tailLines({ tail = '' }: Line, columns: number): string[] {
  return tail
    .split('\n')
    .map((line) => plain(line.slice(line.lastIndexOf('\r', line.length - 2) + 1)).trimEnd())
    .filter((line) => line !== '')
    .slice(-outputLinesMax)
    .map((line) => line.slice(0, Math.max(1, columns - 10)));
}

/** Without control sequences. */
function plain(line: string): string {
  let result = '';
  let isSequence = false;
  for (const character of line) {
    if (isSequence) isSequence = !/[A-Za-z]/.test(character);
    else if (character === '\x1b') isSequence = true;
    else if (character === '\t' || character >= ' ') result += character;
  }
  return result;
}
