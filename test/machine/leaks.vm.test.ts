/** Many containers leave nothing behind, and ten run at once. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestHost, startTestHost } from '../support/host.ts';

let host: TestHost;

beforeAll(async () => {
  host = await startTestHost();
  await host.run('docker pull -q busybox');
});

afterAll(async () => {
  await host.dispose();
});

interface Residue {
  readonly mounts: number;
  readonly cgroups: number;
  /** Of user space: the kernel's own threads come and go. */
  readonly processes: number;
  readonly directories: number;
  readonly agentDescriptors: number;
}

/** What is on the machine now, counted by the machine's own tools. */
async function residue(): Promise<Residue> {
  const { stdout } = await host.run(
    [
      'wc -l < /proc/self/mountinfo',
      'find /sys/fs/cgroup -type d | wc -l',
      // Not through a pipe: its other end may or may not be there yet when the names are expanded.
      'set -- $(grep -l . /proc/[0-9]*/cmdline 2> /dev/null); echo $#',
      'find /var/lib/docker/overlay2 /var/lib/docker/containers -mindepth 1 -maxdepth 1 | wc -l',
      'ls /proc/1/fd | wc -l',
    ].join('; '),
  );
  const [mounts = -1, cgroups = -1, processes = -1, directories = -1, agentDescriptors = -1] =
    stdout.trim().split('\n').map(Number);
  return { mounts, cgroups, processes, directories, agentDescriptors };
}

describe('the host', () => {
  test('is as before after fifty containers in a row', async () => {
    await host.run('docker run --rm busybox true');
    const before = await residue();
    const fidsBefore = host.fidCount();
    const { stdout, stderr } = await host.run(
      'for i in $(seq 50); do docker run --rm busybox echo $i; done',
    );
    expect(stderr).toBe('');
    expect(stdout.trim().split('\n').map(Number)).toEqual(
      Array.from({ length: 50 }, (_, i) => i + 1),
    );
    expect(await residue()).toEqual(before);
    // The guest keeps fids of cached names; a container must not add any.
    expect(host.fidCount() - fidsBefore).toBeLessThan(20);
  }, 120_000);

  test('runs ten containers at once and removes them all', async () => {
    const before = await residue();
    const names = Array.from({ length: 10 }, (_, index) => `c${index}`);
    const { stdout } = await host.run(
      `for n in ${names.join(' ')}; do docker run -d --name $n busybox sleep 1000 > /dev/null & done; wait; docker ps -q | wc -l; docker rm -f ${names.join(' ')} | sort | tr '\\n' ' '`,
    );
    expect(stdout).toBe(`10\n${names.join(' ')} `);
    expect(await residue()).toEqual(before);
  }, 60_000);
});
