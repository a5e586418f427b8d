/**
 * The native peer of published ports and networks: Debian's podman, as root, with its own bridge, DNAT and name server.
 * Its engine refuses a machine with both versions of cgroups and wants none of its limits raised, so it runs in a mount
 * namespace without the unified hierarchy, without cgroups, and with limits that are lowered.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execOk } from '../../support/process.ts';
import { busyboxTar } from './dockerd.ts';

export interface Podman {
  /** Runs a podman command, of which `run` gets the flags it needs here, and gives what it printed. */
  run(argv: readonly string[]): Promise<string>;
  dispose(): Promise<void>;
}

const runFlags = [
  '--cgroups=disabled',
  '--ulimit=nofile=1024:1024',
  '--ulimit=nproc=1024:1024',
  '--platform=linux/386',
];
/** Ends with its standard input, and the mount namespace with the last container. */
const holder =
  'mount --make-rprivate /; umount -l /sys/fs/cgroup/unified 2>/dev/null; echo ready; exec cat';

/** Rejects with the reason when podman cannot run here. It has a `busybox` image. */
export async function startPodman(): Promise<Podman> {
  const folder = await mkdtemp(join(tmpdir(), 'bottleship-podman-'));
  const child = spawn('unshare', ['--mount', 'sh', '-c', holder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await Promise.race([once(child.stdout, 'data'), once(child, 'close')]);
  const argv = ['--cgroup-manager=cgroupfs', '--storage-driver=vfs', '--events-backend=none'];
  for (const [flag, name] of [
    ['root', 'root'],
    ['runroot', 'run'],
    ['tmpdir', 'tmp'],
    ['network-config-dir', 'networks'],
  ])
    // prettier-ignore
    argv.push(`--${flag}=${folder}/${name}`);
  const podman = (args: readonly string[]): Promise<string> =>
    execOk('nsenter', [`--mount=/proc/${child.pid}/ns/mnt`, 'podman', ...argv, ...args]);
  const dispose = async (): Promise<void> => {
    await podman(['rm', '--all', '--force', '--time=0']).catch(() => undefined);
    child.stdin.end();
    if (child.exitCode === null) await once(child, 'close');
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const archive = join(folder, 'busybox.tar');
    await busyboxTar(archive);
    await podman(['import', '--arch=386', archive, 'busybox']);
    return {
      run: ([command = '', ...rest]) =>
        podman([command, ...(command === 'run' ? runFlags : []), ...rest]),
      dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}
