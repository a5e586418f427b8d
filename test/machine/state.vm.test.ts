/** What outlives the machine: containers, volumes and images after an orderly end and after none. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ContainerInspect } from '../../src/api/container.ts';
import { startTestHost, type TestHost } from '../support/host.ts';

let dataRoot: string;
let host: TestHost;

async function output(commandLine: string): Promise<string> {
  const { stdout, stderr, exitCode } = await host.run(commandLine);
  if (exitCode !== 0) throw new Error(`Cannot run ${commandLine}: ${stdout}${stderr}`);
  return stdout;
}

async function inspect(name: string): Promise<ContainerInspect> {
  const [container] = JSON.parse(await output(`docker inspect ${name}`)) as ContainerInspect[];
  if (container === undefined) throw new Error(`no container ${name}`);
  return container;
}

/** e2fsck answers 0 when nothing is wrong. A journal that was left is played back first, as the kernel would. */
function checkDisk(): void {
  const disk = join(dataRoot, 'disk');
  const replay = spawnSync('/sbin/e2fsck', ['-E', 'journal_only', '-y', disk]);
  expect(replay.status).toBeLessThan(2);
  execFileSync('/sbin/e2fsck', ['-fn', disk]);
}

beforeAll(async () => {
  dataRoot = mkdtempSync(join(tmpdir(), 'bottleship-state-'));
  host = await startTestHost({ dataRoot });
  await output('docker pull -q busybox');
});

afterAll(async () => {
  await host.dispose();
  rmSync(dataRoot, { recursive: true, force: true });
});

test('everything is back after an orderly end', async () => {
  await output('docker volume create --label tier=1 kept');
  await output(
    "docker run --name writer -v kept:/data busybox sh -c 'echo volume > /data/f; echo layer > /g; exit 3'",
  ).catch(() => undefined);
  await output('docker run -d --name always --restart always busybox sleep 1000');
  await output('docker run -d --name plain --stop-timeout 0 busybox sleep 1000');
  await output('docker run -d --rm --name passing busybox sleep 1000');
  const before = await inspect('writer');
  const id = await output("docker info -f '{{.ID}}'");
  await host.shutDown();
  checkDisk();

  host = await startTestHost({ dataRoot });
  expect(await inspect('writer')).toEqual(before);
  expect(before.State.ExitCode).toBe(3);
  expect(await output("docker info -f '{{.ID}}'")).toBe(id);
  expect(await output('docker volume ls -q -f label=tier=1')).toBe('kept\n');
  expect(await output('docker run --rm -v kept:/data busybox cat /data/f')).toBe('volume\n');
  expect(await output('docker cp writer:/g - | tar xO')).toBe('layer\n');
  expect((await inspect('plain')).State).toMatchObject({ Status: 'exited', ExitCode: 137 });
  await expect.poll(async () => (await inspect('always')).State.Status).toBe('running');
  expect((await host.run('docker inspect passing')).exitCode).toBe(1);
});

test('what ran is lost when the machine is switched off, what was written is not', async () => {
  await output("docker run -d --name lost busybox sh -c 'echo x > /f; sync; sleep 1000'");
  await expect.poll(() => host.run('docker exec lost cat /f').then((r) => r.stdout)).toBe('x\n');
  await output('docker run -d --rm --name gone -v /anonymous busybox sleep 1000');
  const [volumes, directories] = [
    'docker volume ls -q | wc -l',
    'ls /var/lib/docker/overlay2 | wc -l',
  ];
  const counts = [await output(volumes), await output(directories)].map(Number);
  await host.dispose();
  checkDisk();

  host = await startTestHost({ dataRoot });
  expect((await inspect('lost')).State).toMatchObject({ Status: 'exited', ExitCode: 255 });
  expect(await output('docker cp lost:/f - | tar xO')).toBe('x\n');
  const now = [await output(volumes), await output(directories)].map(Number);
  expect(now).toEqual(counts.map((count) => count - 1));
});
