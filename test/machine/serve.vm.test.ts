/** How `bottleship serve` ends when it is not asked politely: the machine goes, or its user has no patience. */
import { afterEach, expect, test } from 'vitest';
import { exec } from '../support/process.ts';
import { startServe, type ServedProcess } from '../support/serve.ts';

const endMsMax = 300_000;

let served: ServedProcess | undefined;
afterEach(async () => {
  await served?.stop('SIGKILL');
});

async function docker({ host }: ServedProcess, args: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await exec('docker', args, { env: { DOCKER_HOST: host } });
  if (exitCode !== 0) throw new Error(stderr);
}

test(
  'a second SIGINT ends it at once, a machine that panics with its last words',
  { timeout: endMsMax },
  async () => {
    served = await startServe();
    const stubborn = ['run', '-d', '--stop-timeout', '60', 'busybox', 'sh', '-c'];
    await docker(served, ['pull', '-q', 'busybox']);
    await docker(served, [...stubborn, 'trap "" TERM; while :; do sleep 1; done']);
    const { process: child } = served;
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    child.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(child.exitCode).toBeNull();
    child.kill('SIGINT');
    expect(await ended).toBe(1);
    await served.stop();

    served = await startServe();
    const lost = new Promise<number | null>((resolve) => served?.process.once('close', resolve));
    await docker(served, ['pull', '-q', 'busybox']);
    const panic = 'echo c > /proc/sysrq-trigger';
    await docker(served, ['run', '-d', '--privileged', 'busybox', 'sh', '-c', panic]).catch(
      () => {},
    );
    expect(await lost).toBe(1);
    expect(served.stderr()).toMatch(/^bottleship serve: The machine is gone: Kernel panic/);
  },
);
