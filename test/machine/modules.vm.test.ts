/** The kernel's modules: files of the user land that load by hand, by themselves, and not from a container. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFileContentStore } from '../../src/node/file-content-store.ts';
import { type TestHost, startTestHost } from '../support/host.ts';

let dataRoot: string;
let host: TestHost;

beforeAll(async () => {
  dataRoot = await mkdtemp(join(tmpdir(), 'bottleship-modules-'));
  host = await startTestHost({ dataRoot });
});

afterAll(async () => {
  await host.dispose();
  await rm(dataRoot, { recursive: true, force: true });
});

describe("the kernel's modules", () => {
  test('the machine is set up without a search for any: that takes longer than all the rest', async () => {
    const fetched = await (await openFileContentStore(dataRoot)).list();
    const { stdout } = await host.run('sha256sum < /sbin/modprobe');
    expect(stdout).toMatch(/^[0-9a-f]{64} /);
    const digests = fetched.map(({ digest }) => digest);
    expect(digests).not.toContain(`sha256:${stdout.slice(0, 64)}`);
  });

  test('modprobe loads btrfs with all it depends on', async () => {
    const { stdout, stderr } = await host.run('modprobe btrfs; grep btrfs /proc/filesystems');
    expect([stdout.trim(), stderr]).toEqual(['btrfs', '']);
    expect((await host.run('lsmod')).stdout).toMatch(/^btrfs .*\n[^]*^zstd_compress .* btrfs$/m);
  });

  test('the kernel loads what a command asks for', async () => {
    const { stdout, stderr } = await host.run(
      'ip link add vx type vxlan id 7 dev lo dstport 4789; ip -o link show vx; ip link del vx',
    );
    expect(stderr).toBe('');
    expect(stdout).toContain('vx: ');
  });

  test('a container cannot load one', async () => {
    await host.run('docker pull -q busybox');
    const { stdout, stderr } = await host.run(
      'docker run --rm -v /lib/modules:/modules:ro busybox insmod /modules/$(uname -r)/kernel/drivers/net/dummy.ko; lsmod | grep -c ^dummy',
    );
    expect(stderr).toContain('not permitted');
    expect(stdout).toBe('0\n');
  });

  test('compiled-in security modules are not active', async () => {
    expect(
      (await host.run('zcat /proc/config.gz | grep -cE "^CONFIG_SECURITY_(SELINUX|APPARMOR)=y"'))
        .stdout,
    ).toBe('2\n');
    expect(
      (await host.run('ls /sys/fs/selinux /sys/kernel/security/apparmor 2>/dev/null')).stdout,
    ).toBe('');
  });
});
