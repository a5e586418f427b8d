/** Two hundred containers made, sixty of them running at once, on a machine of half a gigabyte. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestHost, startTestHost } from '../support/host.ts';
import {
  clientOf,
  createSleepers,
  memoryAvailableMiB,
  removeAll,
  startAll,
} from '../support/many-containers.ts';

const created = 200;
const running = 60;
let host: TestHost;

beforeAll(async () => {
  host = await startTestHost({ memorySizeBytes: 528 * 1024 * 1024 });
  await host.run('docker pull -q busybox');
});

afterAll(async () => {
  await host.dispose();
});

test('200 containers are created, 60 run at once, and nothing is left of them', async () => {
  const client = clientOf(host);
  const mounts = async () => (await host.run('wc -l < /proc/self/mountinfo')).stdout;
  const before = await mounts();
  const ids = await createSleepers(client, created);
  await startAll(client, ids.slice(0, running));
  const list = 'docker ps -q | wc -l; docker ps -aq | wc -l; pidof sleep | wc -w';
  const { stdout } = await host.run(list);
  expect(stdout).toBe(`${running}\n${created}\n${running}\n`);
  expect(await memoryAvailableMiB(host)).toBeGreaterThan(100);
  const last = ids[running - 1]?.slice(0, 12);
  expect((await host.run(`docker exec ${last} hostname`)).stdout).toBe(`${last}\n`);
  await removeAll(client, ids);
  expect((await host.run('docker ps -aq; pidof sleep')).stdout).toBe('');
  expect(await mounts()).toBe(before);
}, 300_000);
