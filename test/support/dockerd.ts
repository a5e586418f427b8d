/** A real dockerd with roots of its own, as the peer to measure and compare with. Needs root. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { exec, execOk } from './process.ts';

export interface Dockerd {
  /** Value for DOCKER_HOST. */
  readonly host: string;
  readonly pid: number;
  docker(args: readonly string[]): Promise<string>;
  dispose(): Promise<void>;
}

export interface DockerdOptions {
  /** In a network namespace of its own: its bridges, rules and ports meet nobody else's, and nobody reaches them. */
  readonly ownNetwork?: boolean;
  readonly flags?: readonly string[];
}

/** Forwarding is on before, as on our machine: dockerd leaves the policy of FORWARD alone then. */
const setUp = 'ip link set lo up && sysctl -qw net.ipv4.ip_forward=1 && exec "$0" "$@"';

/** Starts dockerd and waits until it answers. Rejects with the end of its log when it does not. */
export async function startDockerd(options: DockerdOptions = {}): Promise<Dockerd> {
  const folder = await mkdtemp(join(tmpdir(), 'bottleship-dockerd-'));
  const host = `unix://${folder}/docker.sock`;
  const roots = ['--data-root', `${folder}/data`, '--exec-root', `${folder}/exec`];
  const flags = options.flags ?? [];
  const argv = ['dockerd', ...roots, '-p', `${folder}/pid`, '-H', host, ...flags];
  const child = spawn(
    options.ownNetwork === true ? 'unshare' : 'env',
    [...(options.ownNetwork === true ? ['--net', 'sh', '-c', setUp, ...argv] : argv)],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-4000)));
  const gone = new Promise<void>((resolve) => child.on('close', () => resolve()));
  child.on('error', (error) => (log = String(error)));

  const docker = (args: readonly string[]): Promise<string> =>
    execOk('docker', args, { env: { DOCKER_HOST: host } });
  const dispose = async (): Promise<void> => {
    if (child.exitCode === null && child.pid !== undefined) {
      child.kill('SIGTERM');
      await gone;
    }
    // Where containers of the host's network have theirs; a dockerd leaves it behind.
    await exec('umount', ['-l', `${folder}/exec/netns/default`]);
    await rm(folder, { recursive: true, force: true });
  };

  for (let attempt = 0; attempt < 60 && child.exitCode === null; attempt += 1) {
    const { exitCode } = await exec('docker', ['version'], { env: { DOCKER_HOST: host } });
    if (exitCode === 0) return { host, pid: child.pid ?? 0, docker, dispose };
    await delay(500);
  }
  await dispose();
  throw new Error(`Cannot start dockerd: ${log}`);
}
