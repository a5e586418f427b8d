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
  docker(args: readonly string[]): Promise<string>;
  dispose(): Promise<void>;
}

/** Starts dockerd and waits until it answers. Rejects with the end of its log when it does not. */
export async function startDockerd(): Promise<Dockerd> {
  const folder = await mkdtemp(join(tmpdir(), 'bottleship-dockerd-'));
  const host = `unix://${folder}/docker.sock`;
  const roots = ['--data-root', `${folder}/data`, '--exec-root', `${folder}/exec`];
  const child = spawn('dockerd', [...roots, '-p', `${folder}/pid`, '-H', host], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
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
    await rm(folder, { recursive: true, force: true });
  };

  for (let attempt = 0; attempt < 60 && child.exitCode === null; attempt += 1) {
    const { exitCode } = await exec('docker', ['version'], { env: { DOCKER_HOST: host } });
    if (exitCode === 0) return { host, docker, dispose };
    await delay(500);
  }
  await dispose();
  throw new Error(`Cannot start dockerd: ${log}`);
}
