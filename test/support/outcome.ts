/** What a shell line printed and how it ended, in a form that can be compared with another run of it. */
import { spawn } from 'node:child_process';

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
export function runLine(
  line: string,
  place: OutcomePlace & { readonly env?: Readonly<Record<string, string>> },
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-c', line], {
      cwd: place.directory,
      env: {
        PATH: process.env['PATH'],
        HOME: place.home,
        LANG: 'C.UTF-8',
        DOCKER_HOST: place.dockerHost,
        ...place.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const result = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => (result[name] += text));
    }
    child.on('error', reject);
    child.on('close', (code) => resolve(normalised({ ...result, exitCode: code ?? -1 }, place)));
  });
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
