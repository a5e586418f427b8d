/**
 * Runs shell lines twice against one engine: with the machine's own `docker` in the machine's shell, and with the real
 * docker CLI on this machine through a served socket. `NAME` in a line is a name of its own for either.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listen, type Listener } from '../../src/node/serve/listen.ts';
import { type TestHost, startTestHost } from './host.ts';

export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

export interface Differential {
  run(line: string): Promise<{ readonly ours: Outcome; readonly real: Outcome }>;
  dispose(): Promise<void>;
}

const folder = new URL('../golden/cli/differential/', import.meta.url);

/** Topic to lines, in order. */
export function differentialTopics(): readonly (readonly [string, readonly string[]])[] {
  return readdirSync(folder)
    .filter((name) => /^\d.*\.txt$/.test(name))
    .toSorted()
    .map((name) => [name.replace('.txt', ''), linesOf(name)]);
}

/** Lines that may differ, with the reason. */
export function knownDifferences(): ReadonlyMap<string, string> {
  return new Map(
    linesOf('known-differences.txt').map((text) => {
      const [line = '', reason = ''] = text.split(' => ');
      return [line, reason];
    }),
  );
}

function linesOf(name: string): readonly string[] {
  const text = readFileSync(new URL(name, folder), 'utf8');
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

/** As long as each other, so that tables are laid out alike, as is the socket's path in the usual folder. */
const names = { ours: 'xoursx', real: 'xrealx' };

export async function startDifferential(): Promise<Differential> {
  const directory = mkdtempSync(join(tmpdir(), 'dif-'));
  const host = await startTestHost();
  const listener = await listen({ kind: 'unix', path: join(directory, 'sock') }, host.host.api);
  await host.run('mkdir -p /root/work; docker pull -q busybox');
  return {
    run: async (line) => ({
      ours: await runOurs(host, line),
      real: await runReal(directory, line),
    }),
    dispose: () => dispose(host, { listener, directory }),
  };
}

async function dispose(
  host: TestHost,
  { listener, directory }: { readonly listener: Listener; readonly directory: string },
): Promise<void> {
  listener.dispose();
  await host.dispose();
  rmSync(directory, { recursive: true, force: true });
}

/** The real CLI needs to be told, and says so here and there. */
const socket = 'export DOCKER_HOST=unix:///var/run/docker.sock;';

async function runOurs(host: TestHost, line: string): Promise<Outcome> {
  const result = await host.run(`cd /root/work; ${socket} ${line.replaceAll('NAME', names.ours)}`);
  return normalised(result, { directory: '/root/work', home: '/root' });
}

function runReal(directory: string, line: string): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-c', line.replaceAll('NAME', names.real)], {
      cwd: directory,
      env: {
        PATH: process.env['PATH'],
        HOME: directory,
        LANG: 'C.UTF-8',
        DOCKER_HOST: `unix://${directory}/sock`,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const result = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => (result[name] += text));
    }
    child.on('error', reject);
    child.on('close', (code) => {
      const outcome = { ...result, exitCode: code ?? -1 };
      resolve(normalised(outcome, { directory, home: directory }));
    });
  });
}

/** What cannot be the same twice: IDs, times, ports, and where either runs. */
function normalised(
  outcome: Outcome,
  options: { readonly directory: string; readonly home: string },
): Outcome {
  const { directory, home } = options;
  const text = (value: string): string =>
    value
      .replaceAll(`unix://${directory}/sock`, 'unix:///var/run/docker.sock')
      .replaceAll(`${home}/.docker`, '<config>')
      .replaceAll(directory, '<work>')
      .replaceAll(/xoursx|xrealx/g, '<name>')
      .replaceAll(/[0-9a-f]{64}/g, '<id>')
      .replaceAll(/\b[0-9a-f]{12}\b/g, '<id>')
      .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z| \+0000 UTC)?/g, '<time>')
      .replaceAll(/(Less than a second|About an? \w+|\d+ \w+) ago( *)/g, '<age>')
      .replaceAll(/Up (Less than a second|About an? \w+|\d+ \w+)/g, 'Up <age>');
  return { stdout: text(outcome.stdout), stderr: text(outcome.stderr), exitCode: outcome.exitCode };
}
