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

describe('logs', () => {
  const json = (id: string) => `/var/lib/docker/containers/${id}/${id}-json.log`;

  test('json-file writes what docker logs reads, and puts files aside', async () => {
    const options = '--log-opt max-size=2k --log-opt max-file=3 --log-opt labels=l --label l=1';
    const id = (
      await output(
        `docker run -d --name chatty ${options} busybox sh -c 'echo "<first>"; printf "\\377"; seq 100'`,
      )
    ).trim();
    await output('docker wait chatty');
    expect(await output('docker logs --tail 2 chatty')).toBe('99\n100\n');
    expect(await output(`tail -n 1 ${json(id)}`)).toMatch(
      /^\{"log":"100\\n","stream":"stdout","attrs":\{"l":"1"\},"time":"[-0-9T:.]+Z"\}\n$/,
    );
    expect(await output(`ls ${json(id)}*`)).toBe(`${json(id)}\n${json(id)}.1\n${json(id)}.2\n`);
    await output('docker rm chatty');
  });

  test('what memory no longer holds comes from the files, of both drivers', async () => {
    const lines =
      'seq 16000 | sed "s/$/ what a line of a usual program looks like, with some words in it/"';
    const drivers = [
      'json-file --log-opt max-size=1m --log-opt max-file=5 --log-opt compress=true',
      'local --log-opt max-size=500k',
    ];
    for (const driver of drivers) {
      await output(
        `docker run --log-driver ${driver} --name long busybox sh -c '${lines}' > /dev/null`,
      );
      expect(await output('docker logs long | md5sum')).toBe(await output(`${lines} | md5sum`));
      expect(await output('docker logs --tail 15000 long | head -n 1')).toMatch(/^1001 what/);
      await output('docker rm long');
    }
  }, 180_000);
});

describe('health and limits', () => {
  test('a probe runs in the container, and an update reaches its cgroup', async () => {
    const check = '--health-cmd "cat /up" --health-interval 200ms';
    await output(`docker run -d --name well ${check} --memory 32m busybox sleep 1000`);
    await output('docker exec well touch /up');
    await output(
      `for i in $(seq 100); do docker ps | grep -q "(healthy)" && break; sleep 0.2; done; docker ps | grep "(healthy)"`,
    );
    await output('docker update --memory 48m --memory-swap 96m --pids-limit 30 well');
    expect(
      await output('docker exec well cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/pids.max'),
    ).toBe(`${48 * 1024 * 1024}\n30\n`);
    await output('docker rm -f well');
  });
});
