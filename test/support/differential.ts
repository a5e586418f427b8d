/**
 * Runs shell lines twice against one engine: with the machine's own `docker` in the machine's shell, and with the real
 * docker CLI on this machine through a served socket. `NAME` in a line is a name of its own for either.
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listen, type Listener } from '../../src/node/serve/listen.ts';
import { type TestHost, startTestHost } from './host.ts';
import { type Outcome, normalised, runLine } from './outcome.ts';

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
  return withoutNames(normalised(result, { directory: '/root/work', home: '/root' }));
}

async function runReal(directory: string, line: string): Promise<Outcome> {
  const dockerHost = `unix://${directory}/sock`;
  const named = line.replaceAll('NAME', names.real);
  return withoutNames(await runLine(named, { directory, home: directory, dockerHost }));
}

function withoutNames({ stdout, stderr, exitCode }: Outcome): Outcome {
  const text = (value: string): string => value.replaceAll(/xoursx|xrealx/g, '<name>');
  return { stdout: text(stdout), stderr: text(stderr), exitCode };
}
