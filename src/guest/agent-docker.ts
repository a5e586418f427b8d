/** A `docker …` typed on the machine, as its stream tells it. */
import { toDisposable, type Disposable } from '../lib/disposable.ts';
import { KindError } from '../lib/errors.ts';
import type { AgentStream } from './agent-stream.ts';
import type { DockerInvocation } from './guest.ts';
import { channel, controlKind, field } from './protocol.ts';
import { BodyWriter, type Fields } from './wire.ts';

export class AgentDocker implements DockerInvocation {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  readonly processId: number;
  readonly configFile?: { readonly path: string; readonly content?: Uint8Array };
  readonly stdin: ReadableStream<Uint8Array>;
  readonly stdout: WritableStream<Uint8Array>;
  readonly stderr: WritableStream<Uint8Array>;
  readonly terminal: DockerInvocation['terminal'];
  readonly signal: AbortSignal;
  readonly #stream: AgentStream;
  readonly #sizeListeners = new Set<(columns: number, rows: number) => void>();
  readonly #signalListeners = new Set<(number: number) => void>();
  readonly #outputs = new Map<number, WritableStreamDefaultController>();
  #catchers = 0;
  #textWhenRestored: string | undefined;

  constructor(stream: AgentStream, opening: Fields) {
    const mask = opening.number(field.stdio);
    this.#stream = stream;
    // The program reads its input only when we do: a command may leave it to the next one.
    stream.holdBack(channel.stdin);
    this.argv = opening.texts(field.argument);
    this.env = Object.fromEntries(opening.texts(field.environment).map(splitVariable));
    this.workingDirectory = opening.text(field.directory) ?? '/';
    this.processId = opening.number(field.pid);
    const configPath = opening.text(field.source);
    if (configPath !== undefined) {
      const content = opening.bytes(field.content);
      this.configFile = { path: configPath, ...(content === undefined ? {} : { content }) };
    }
    this.stdin = stream.readable(channel.stdin);
    this.stdout = this.#output(channel.stdout);
    this.stderr = this.#output(channel.stderr);
    this.terminal = {
      stdin: (mask & 1) !== 0,
      stdout: (mask & 2) !== 0,
      stderr: (mask & 4) !== 0,
      columns: opening.number(field.columns),
      rows: opening.number(field.rows),
    };
    const gone = new AbortController();
    this.signal = gone.signal;
    stream.listen({
      onControl: (kind, fields) => this.#takeControl(kind, fields),
      onEnd: (error) => gone.abort(error),
    });
  }

  async setRawMode(raw: boolean): Promise<void> {
    const body = new BodyWriter(controlKind.rawMode).flag(field.kind, raw);
    this.#stream.control(body.finish());
  }

  onResize(listener: (columns: number, rows: number) => void): Disposable {
    this.#sizeListeners.add(listener);
    return toDisposable(() => this.#sizeListeners.delete(listener));
  }

  onSignal(listener: (number: number) => void): Disposable {
    this.#signalListeners.add(listener);
    return toDisposable(() => this.#signalListeners.delete(listener));
  }

  catchBrokenPipe(): Disposable {
    this.#catchers += 1;
    if (this.#catchers === 1) this.#tellCatching(true);
    return toDisposable(() => {
      this.#catchers -= 1;
      if (this.#catchers === 0) this.#tellCatching(false);
    });
  }

  sayWhenRestored(text: string): void {
    this.#textWhenRestored = text;
  }

  get textWhenRestored(): string | undefined {
    return this.#textWhenRestored;
  }

  async exit(code: number): Promise<void> {
    const body = new BodyWriter(controlKind.exit).number(field.code, code & 0xff);
    this.#stream.control(body.finish());
    this.#stream.close();
  }

  /** While broken pipes are caught, a write ends when the program's own has: so it hears of one in time. */
  #output(number: number): WritableStream<Uint8Array> {
    const stream = this.#stream;
    return new WritableStream({
      start: (controller) => void this.#outputs.set(number, controller),
      write: async (chunk) => {
        await stream.write(number, chunk);
        if (this.#catchers > 0) await stream.drained(number);
      },
      close: () => stream.end(number),
      abort: () => stream.end(number),
    });
  }

  #tellCatching(caught: boolean): void {
    this.#stream.control(new BodyWriter(controlKind.catchPipe).flag(field.kind, caught).finish());
  }

  #takeControl(kind: number, fields: Fields): void {
    if (kind === controlKind.resize) {
      const [columns, rows] = [fields.number(field.columns), fields.number(field.rows)];
      for (const listener of this.#sizeListeners) listener(columns, rows);
    }
    if (kind === controlKind.signal) {
      for (const listener of this.#signalListeners) listener(fields.number(field.signal));
    }
    if (kind === controlKind.brokenPipe) {
      const error = new KindError('unavailable', 'broken pipe');
      this.#outputs.get(fields.number(field.stream))?.error(error);
    }
  }
}

function splitVariable(variable: string): [name: string, value: string] {
  const at = variable.indexOf('=');
  return at < 0 ? [variable, ''] : [variable.slice(0, at), variable.slice(at + 1)];
}
