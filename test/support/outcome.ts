/** What a shell line printed and how it ended, in a form that can be compared with another run of it. */
import { fork } from 'node:child_process';

export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

export interface OutcomePlace {
  /** Where the line runs. */
  readonly directory: string;
  readonly home: string;
  /** Value of DOCKER_HOST, `unix:///var/run/docker.sock` when absent. */
  readonly dockerHost?: string;
}

/** Runs a line with this machine's bash and docker. */
export async function runLine(
  line: string,
  place: OutcomePlace & { readonly env?: Readonly<Record<string, string>> },
): Promise<Outcome> {
  const env = {
    PATH: process.env['PATH'],
    HOME: place.home,
    LANG: 'C.UTF-8',
    DOCKER_HOST: place.dockerHost,
    ...place.env,
  };
  lines ??= new LineRunner();
  return normalised(await lines.run(line, { cwd: place.directory, env }), place);
}

let lines: LineRunner | undefined;

interface LineOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

type LineAnswer = Outcome & { readonly id: number; readonly error?: string };

/** The process of run-lines.mjs, which ends with this one. */
class LineRunner {
  readonly #child = fork(new URL('run-lines.mjs', import.meta.url));
  readonly #waiting = new Map<number, (answer: LineAnswer) => void>();
  #lastId = 0;

  constructor() {
    this.#child.on('message', (answer: LineAnswer) => this.#waiting.get(answer.id)?.(answer));
    this.#child.on('exit', () => {
      for (const [id, answer] of this.#waiting)
        answer({
          id,
          error: 'the process that runs lines ended',
          stdout: '',
          stderr: '',
          exitCode: -1,
        });
    });
    this.#child.unref();
    this.#child.channel?.unref();
  }

  async run(line: string, options: LineOptions): Promise<Outcome> {
    const id = (this.#lastId += 1);
    this.#child.channel?.ref();
    const { error, stdout, stderr, exitCode } = await new Promise<LineAnswer>((resolve) => {
      this.#waiting.set(id, resolve);
      this.#child.send({ id, line, options });
    });
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#child.channel?.unref();
    if (error !== undefined) throw new Error(`Cannot run "${line}": ${error}`);
    return { stdout, stderr, exitCode };
  }
}

/** Without what cannot be the same twice: IDs, times, ports that were chosen, and where it ran. */
export function normalised(outcome: Outcome, place: OutcomePlace): Outcome {
  const { directory, home, dockerHost } = place;
  const text = (value: string): string =>
    (dockerHost === undefined ? value : value.replaceAll(dockerHost, usualHost))
      .replaceAll(`${home}/.docker`, '<config>')
      .replaceAll(directory, '<work>')
      .replaceAll(/[0-9a-f]{64}/g, '<id>')
      .replaceAll(/\b[0-9a-f]{12}\b/g, '<id>')
      .replaceAll(
        /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d| [+-]\d{4} UTC)?/g,
        '<time>',
      )
      .replaceAll(/(Less than a second|About an? \w+|\d+ \w+) ago( *)/g, '<age>')
      .replaceAll(/Up (Less than a second|About an? \w+|\d+ \w+)/g, 'Up <age>')
      .replaceAll(/127\.0\.0\.1:(3[2-9]|4\d|5\d|6[0-5])\d{3}/g, '127.0.0.1:<port>');
  return { stdout: text(outcome.stdout), stderr: text(outcome.stderr), exitCode: outcome.exitCode };
}

const usualHost = 'unix:///var/run/docker.sock';
