/** A `docker …` typed on the machine, as its stream tells it. */
import { toDisposable, type Disposable } from '../lib/disposable.ts';
import type { AgentStream } from './agent-stream.ts';
import type { DockerInvocation } from './guest.ts';
import { channel, controlKind, field } from './protocol.ts';
import { BodyWriter, type Fields } from './wire.ts';

export class AgentDocker implements DockerInvocation {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  readonly processId: number;
  readonly stdin: ReadableStream<Uint8Array>;
  readonly stdout: WritableStream<Uint8Array>;
  readonly stderr: WritableStream<Uint8Array>;
  readonly terminal: DockerInvocation['terminal'];
  readonly signal: AbortSignal;
  readonly #stream: AgentStream;
  readonly #sizeListeners = new Set<(columns: number, rows: number) => void>();
  readonly #signalListeners = new Set<(number: number) => void>();

  constructor(stream: AgentStream, opening: Fields) {
    const mask = opening.number(field.stdio);
    this.#stream = stream;
    // The program reads its input only when we do: a command may leave it to the next one.
    stream.holdBack(channel.stdin);
    this.argv = opening.texts(field.argument);
    this.env = Object.fromEntries(opening.texts(field.environment).map(splitVariable));
    this.workingDirectory = opening.text(field.directory) ?? '/';
    this.processId = opening.number(field.pid);
    this.stdin = stream.readable(channel.stdin);
    this.stdout = stream.writable(channel.stdout);
    this.stderr = stream.writable(channel.stderr);
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

  async exit(code: number): Promise<void> {
    const body = new BodyWriter(controlKind.exit).number(field.code, code & 0xff);
    this.#stream.control(body.finish());
    this.#stream.close();
  }

  #takeControl(kind: number, fields: Fields): void {
    if (kind === controlKind.resize) {
      const [columns, rows] = [fields.number(field.columns), fields.number(field.rows)];
      for (const listener of this.#sizeListeners) listener(columns, rows);
    }
    if (kind === controlKind.signal) {
      for (const listener of this.#signalListeners) listener(fields.number(field.signal));
    }
  }
}

function splitVariable(variable: string): [name: string, value: string] {
  const at = variable.indexOf('=');
  return at < 0 ? [variable, ''] : [variable.slice(0, at), variable.slice(at + 1)];
}
