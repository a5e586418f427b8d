/**
 * The real docker CLI against `bottleship serve`. It is found in PATH, or where DOCKER_CLI says; without one these tests
 * fail. Any version from 20.10 will do; words that only one version has are only compared with that version.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builds } from '../docker-cli/builds.ts';
import type { CliCase, CliTopic } from '../docker-cli/case.ts';
import { execAndLogs } from '../docker-cli/exec-and-logs.ts';
import { filesAndVolumes } from '../docker-cli/files-and-volumes.ts';
import { images } from '../docker-cli/images.ts';
import { lifecycle } from '../docker-cli/lifecycle.ts';
import { networks } from '../docker-cli/networks.ts';
import { run } from '../docker-cli/run.ts';
import { system } from '../docker-cli/system.ts';
import { exec } from '../support/process.ts';
import { startServe, type ServedProcess } from '../support/serve.ts';

const topics: readonly CliTopic[] = [
  system,
  images,
  run,
  lifecycle,
  execAndLogs,
  filesAndVolumes,
  networks,
  builds,
];
const cli = process.env['DOCKER_CLI'] ?? 'docker';

let served: ServedProcess;
let folder: string;
let version: string;

beforeAll(async () => {
  version = await cliVersion();
  folder = await mkdtemp(join(tmpdir(), 'docker-cli-'));
  served = await startServe();
  const { exitCode, stderr } = await shell('docker pull -q busybox');
  if (exitCode !== 0) throw new Error(`Cannot pull busybox: ${stderr}`);
}, 180_000);

afterAll(async () => {
  expect(await served.stop()).toBe(0);
  await rm(folder, { recursive: true, force: true });
});

async function cliVersion(): Promise<string> {
  const { stdout } = await exec(cli, ['--version']).catch(() => ({ stdout: '' }));
  const found = /Docker version (\d+\.\d+\.\d+)/.exec(stdout)?.[1];
  if (found === undefined)
    throw new Error(
      `Cannot run "${cli}": install the docker CLI, or set DOCKER_CLI to where it is`,
    );
  const [major = 0, minor = 0] = found.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 10))
    throw new Error(`Docker CLI ${found} is too old: 20.10 or newer is needed`);
  return found;
}

function shell(line: string): ReturnType<typeof exec> {
  const search = cli.includes('/') ? `${dirname(cli)}:${process.env['PATH']}` : process.env['PATH'];
  return exec('bash', ['-c', line], {
    cwd: folder,
    env: { DOCKER_HOST: served.host, DOCKER_CONFIG: folder, TMP: folder, PATH: search ?? '' },
  });
}

/** The CLI of 20.10 names itself otherwise in a few errors, and has no columns that came later. */
function matches(actual: string, expected: string | RegExp | undefined): void {
  if (expected === undefined) return;
  if (typeof expected === 'string') expect(actual).toBe(expected);
  else expect(actual).toMatch(expected);
}

async function check({ run, stdout, stderr, exit = 0, words }: CliCase): Promise<void> {
  const output = await shell(run);
  if (output.exitCode !== exit) expect({ ...output, run }).toMatchObject({ exitCode: exit });
  if (words !== undefined && words !== version) return;
  matches(output.stdout, stdout);
  matches(output.stderr, stderr);
}

describe.each(topics)('$name', ({ cases }) => {
  test.each(cases)('$run', check);
});

test('the script has at least 150 commands', () => {
  expect(topics.flatMap(({ cases }) => cases).length).toBeGreaterThanOrEqual(150);
});
