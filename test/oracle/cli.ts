/**
 * Command lines as the docker CLI 28.2.2 plays them against a dockerd: test/golden/cli/dockerd/<topic>.txt has the lines,
 * <topic>.json what came of each. Our own CLI plays the same in the machine's shell.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Outcome, normalised, runLine } from '../support/outcome.ts';
import type { TestHost } from '../support/host.ts';

export interface CliTopic {
  readonly name: string;
  readonly lines: readonly string[];
}

export interface PlayedLine extends Outcome {
  readonly line: string;
}

/** Lines of which a newer Docker says something else, for one reason. */
export interface NewerLines {
  readonly since: string;
  readonly reason: string;
  readonly changes: readonly {
    readonly line: string;
    /** What is replaced, and by what. */
    readonly stdout?: readonly [string, string];
    readonly stderr?: readonly [string, string];
    readonly exitCode?: number;
  }[];
}

const folder = new URL('../golden/cli/dockerd/', import.meta.url);

export async function readCliTopics(): Promise<CliTopic[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.txt')).toSorted();
  return Promise.all(
    files.map(async (file) => {
      const text = await readFile(new URL(file, folder), 'utf8');
      const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
      return { name: `cli/${file.replace('.txt', '')}`, lines };
    }),
  );
}

/** Of test/golden/cli/dockerd/newer.json: dockerd 20.10 is what was recorded, and what we imitate is 28. */
export async function readNewerLines(): Promise<NewerLines[]> {
  return JSON.parse(await readFile(new URL('newer.json', folder), 'utf8')) as NewerLines[];
}

/** Throws when a line does not say what is to be replaced. */
export function applyNewerLines(played: PlayedLine, newer: readonly NewerLines[]): PlayedLine {
  let { stdout, stderr, exitCode } = played;
  const replaced = (text: string, [from, to]: readonly [string, string]): string => {
    if (!text.includes(from)) throw new Error(`${played.line}: ${from} is not in ${text}`);
    return text.replace(from, to);
  };
  for (const change of newer.flatMap(({ changes }) => changes)) {
    if (change.line !== played.line) continue;
    if (change.stdout !== undefined) stdout = replaced(stdout, change.stdout);
    if (change.stderr !== undefined) stderr = replaced(stderr, change.stderr);
    exitCode = change.exitCode ?? exitCode;
  }
  return { line: played.line, stdout, stderr, exitCode };
}

export async function readCliGolden({ name }: CliTopic): Promise<PlayedLine[]> {
  return JSON.parse(await readFile(goldenOf(name), 'utf8')) as PlayedLine[];
}

export async function writeCliGolden(
  { name }: CliTopic,
  played: readonly PlayedLine[],
): Promise<void> {
  await writeFile(goldenOf(name), `${JSON.stringify(played, undefined, 1)}\n`);
}

function goldenOf(name: string): URL {
  return new URL(`${name.replace('cli/', '')}.json`, folder);
}

/** With the real CLI. A platform is named, or it warns on each line that the images are not this machine's. */
export async function playCliForReal(dockerHost: string, topic: CliTopic): Promise<PlayedLine[]> {
  const directory = await mkdtemp(join(tmpdir(), 'cli-'));
  const env = { DOCKER_DEFAULT_PLATFORM: 'linux/386' };
  const played: PlayedLine[] = [];
  try {
    for (const line of topic.lines) {
      const place = { directory, home: directory, dockerHost, env };
      played.push({ line, ...(await runLine(line, place)) });
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  return played;
}

/** With ours, in a folder of the machine's shell. */
export async function playCliLine(
  host: TestHost,
  { line, directory }: { readonly line: string; readonly directory: string },
): Promise<Outcome> {
  const told = 'export DOCKER_HOST=unix:///var/run/docker.sock;';
  // `mkdir` would be a third of a short line's time.
  const enter = `cd ${directory} 2> /dev/null || { mkdir -p ${directory}; cd ${directory}; }`;
  const outcome = await host.run(`${enter}; ${told} ${line}`);
  return normalised(outcome, { directory, home: '/root' });
}
