/** A machine that is saved while containers run, and another one that goes on from there. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ContainerInspect } from '../../src/api/container.ts';
import { readDiskImage } from '../../src/disk/disk-image.ts';
import { MemoryBlockStore } from '../../src/disk/memory-block-store.ts';
import { collectText } from '../../src/guest/collect-text.ts';
import { publicFolder } from '../../src/node/local-machine.ts';
import { startTestHost, type TestHost } from '../support/host.ts';

const memorySizeBytes = 272 * 1024 * 1024;
const dataRoot = mkdtempSync(join(tmpdir(), 'bottleship-session-'));
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

const healthOfWeb = async (): Promise<string | undefined> =>
  (await inspect('web')).State.Health?.Status;

async function emptyDisk(): Promise<MemoryBlockStore> {
  return new MemoryBlockStore(
    await readDiskImage(readFileSync(join(publicFolder, 'machine', 'disk.gz'))),
  );
}

async function copyDisk(from: MemoryBlockStore, to: MemoryBlockStore): Promise<void> {
  for await (const { offset, bytes } of from.parts()) to.write(offset, bytes);
}

let disk: MemoryBlockStore;

beforeAll(async () => {
  disk = await emptyDisk();
  host = await startTestHost({ dataRoot, memorySizeBytes, disk });
  await output('docker pull -q busybox');
});

afterAll(async () => {
  await host.dispose();
  rmSync(dataRoot, { recursive: true, force: true });
});

test('containers of a saved machine go on running in the restored one', async () => {
  await output('docker network create --driver bridge net');
  const count = 'n=0; trap "exit 7" TERM; while :; do n=$((n+1)); echo line $n; sleep 0.1; done';
  await output(`docker run -d --name counter --network net busybox sh -c '${count}'`);
  const serve = 'echo hello > /www/index.html; touch /ram/well; exec httpd -f -h /www';
  const health = "--health-cmd 'test -e /ram/well' --health-interval 1s --health-retries 1";
  await output(
    `docker run -d --rm --name web --network net -p 8080:80 -v /www --tmpfs /ram ${health} busybox sh -c '${serve}'`,
  );
  await output('docker exec -d counter sh -c "echo $$ > /detached; exec sleep 1000"');
  await expect.poll(() => host.run('curl -s localhost:8080').then((r) => r.stdout)).toBe('hello\n');
  await expect
    .poll(() => host.run('docker exec counter cat /detached').then((r) => r.exitCode))
    .toBe(0);
  await expect.poll(healthOfWeb, { timeout: 30_000 }).toBe('healthy');
  const shell = await host.host.openShell({ columns: 80, rows: 24 });
  const typed = shell.stdin.getWriter();
  await typed.write(new TextEncoder().encode('word=kept\n'));
  const before = await inspect('counter');
  const [lines, uptime] = [await output('docker logs counter'), await output('cat /proc/uptime')];

  const copy = await emptyDisk();
  const saved = await host.save(() => copyDisk(disk, copy));
  // The machine that was saved goes on, and changes what the saved one must not see.
  await output('docker exec counter touch /after');
  await host.dispose();
  disk = copy;
  const plain = JSON.parse(JSON.stringify({ files: saved.files, host: saved.host })) as Omit<
    typeof saved,
    'state'
  >;
  host = await startTestHost({
    dataRoot,
    memorySizeBytes,
    disk,
    saved: { ...plain, state: saved.state },
  });

  const after = await inspect('counter');
  expect(after.State).toEqual(before.State);
  expect(after.NetworkSettings).toEqual(before.NetworkSettings);
  expect(Number((await output('cat /proc/uptime')).split(' ')[0])).toBeGreaterThan(
    Number(uptime.split(' ')[0]),
  );
  expect(Math.abs(Number(await output('date +%s')) - Date.now() / 1000)).toBeLessThan(10);
  expect(await output('docker exec counter ls /')).not.toContain('after');
  expect(await output('docker exec counter ps')).toContain('sleep 1000');
  expect(await output('curl -s localhost:8080')).toBe('hello\n');
  expect(await output('docker exec counter wget -qO- web')).toBe('hello\n');
  // What was in memory only is there, and the health checks go on.
  expect([await output('docker exec web ls /ram'), await healthOfWeb()]).toEqual([
    'well\n',
    'healthy',
  ]);
  await output('docker exec web rm /ram/well');
  await expect.poll(healthOfWeb, { timeout: 30_000 }).toBe('unhealthy');
  // No line is lost, and none comes twice.
  const known = lines.trimEnd().split('\n').length;
  await expect
    .poll(async () => (await output('docker logs counter')).trimEnd().split('\n').length)
    .toBeGreaterThan(known + 20);
  const all = (await output('docker logs counter')).trimEnd().split('\n');
  expect(all).toEqual(all.map((_, index) => `line ${index + 1}`));

  const again = await host.host.openShell({ columns: 80, rows: 24 });
  expect(again.pid).toBe(shell.pid);
  const screen = collectText(again.stdout);
  await again.stdin.getWriter().write(new TextEncoder().encode('echo $word; exit\n'));
  expect(await screen).toContain('kept');

  await output('docker stop counter');
  expect((await inspect('counter')).State).toMatchObject({ Status: 'exited', ExitCode: 7 });
  await output('docker stop -t 0 web');
  expect(await output('docker ps -aq')).not.toContain('web');
  await output('docker start counter');
  expect((await host.run('curl -s localhost:8080')).exitCode).not.toBe(0);
});
