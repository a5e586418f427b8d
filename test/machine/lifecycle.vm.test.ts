/** What a container is and does between create and rm, seen through the API on the real kernel. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ContainerStats } from '../../src/api/stats.ts';
import { ApiClient } from '../../src/client/api-client.ts';
import { containerChanges, containerExport, containerStats } from '../../src/client/containers.ts';
import { TarReader } from '../../src/image/tar-reader.ts';
import { readAll } from '../support/fake-engine.ts';
import { type TestHost, startTestHost } from '../support/host.ts';

let host: TestHost;
let client: ApiClient;

beforeAll(async () => {
  host = await startTestHost();
  client = new ApiClient(host.host.api);
  await output('docker pull -q busybox');
});

afterAll(async () => {
  await host.dispose();
});

async function output(commandLine: string): Promise<string> {
  const { stdout, stderr, exitCode } = await host.run(commandLine);
  if (exitCode !== 0) throw new Error(`${commandLine}: exit ${exitCode}: ${stdout}${stderr}`);
  return stdout;
}

describe('files', () => {
  test('changes are those of the overlay’s upper directory', async () => {
    await output(
      `docker run --name changed busybox sh -c 'mkdir /new; echo x > /new/f; rm /etc/shadow; echo y >> /etc/passwd; chmod 711 /root; rm -r /home; mkdir /home; touch /home/h'`,
    );
    const changes = (await containerChanges(client, { container: 'changed' })) ?? [];
    expect(changes.map(({ Kind, Path }) => `${'CAD'[Kind]} ${Path}`)).toEqual([
      'C /etc',
      'C /etc/passwd',
      'D /etc/shadow',
      'D /home',
      'A /home/h',
      'A /new',
      'A /new/f',
      'C /root',
    ]);
    await output('docker create --name untouched busybox');
    expect(await containerChanges(client, { container: 'untouched' })).toBeNull();
  });

  test('export has the whole root under bare names', async () => {
    const names: string[] = [];
    const reader = new TarReader({ entry: ({ name }) => names.push(name) });
    reader.write(await readAll(await containerExport(client, { container: 'changed' })));
    reader.finish();
    expect(names).toEqual(expect.arrayContaining(['bin/', 'bin/busybox', 'new/f', '.dockerenv']));
    expect(names.filter((name) => /^[./]/.test(name))).toEqual(['.dockerenv']);
    await output('docker rm changed untouched');
  });
});

describe('stats', () => {
  test('are the cgroup’s, with what a client needs to tell a percentage', async () => {
    await output(
      `docker run -d --name busy --memory 32m --network none busybox sh -c 'while :; do :; done'`,
    );
    const read = async (options: { oneShot?: boolean }) => {
      const stream = await containerStats(client, { container: 'busy', stream: false, ...options });
      return JSON.parse(new TextDecoder().decode(await readAll(stream))) as ContainerStats;
    };
    const two = await read({});
    expect(two.name).toBe('/busy');
    expect(two.cpu_stats.cpu_usage.total_usage).toBeGreaterThan(
      two.precpu_stats.cpu_usage.total_usage,
    );
    expect(two.cpu_stats.system_cpu_usage).toBeGreaterThan(two.precpu_stats.system_cpu_usage ?? 0);
    expect(two.memory_stats).toMatchObject({ limit: 32 * 1024 * 1024 });
    expect(two.memory_stats.usage).toBeGreaterThan(0);
    expect(two.pids_stats.current).toBe(1);
    const one = await read({ oneShot: true });
    expect(one.preread).toBe('0001-01-01T00:00:00Z');
    await output('docker rm -f busy');
  });
});
