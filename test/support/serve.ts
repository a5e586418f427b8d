/** `bottleship serve` as a process of its own, as a user starts it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

export interface ServedProcess {
  /** Value for DOCKER_HOST: the first socket. */
  readonly host: string;
  readonly socketPath: string;
  /** The one line on stdout. */
  readonly readyLine: string;
  readonly process: ChildProcess;
  /** What it said on stderr so far. */
  stderr(): string;
  /** Sends a signal and waits for the end; gives the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** A cold boot takes a second or two; the machine that runs the tests may have much else to do. */
const readyTimeoutMs = 120_000;

/** The folder goes with the process unless the caller brings one of his own. */
export async function startServe(
  options: { readonly folder?: string; readonly args?: readonly string[] } = {},
): Promise<ServedProcess> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'bottleship-serve-')));
  const socketPath = join(folder, 'docker.sock');
  const own = ['--host', `unix://${socketPath}`, '--data-root', join(folder, 'data')];
  const child = spawnServe([...own, ...(options.args ?? [])]);
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> => {
    if (child.exitCode === null) child.kill(signal);
    const code = await ended;
    if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
    return code;
  };
  const deadline = Date.now() + readyTimeoutMs;
  while (!stdout.includes('\n')) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop('SIGKILL');
      throw new Error(`Cannot serve: exit code ${child.exitCode}: ${stderr}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const host = `unix://${socketPath}`;
  return { host, socketPath, readyLine: stdout, process: child, stderr: () => stderr, stop };
}

/** Only starts it; for what should fail. */
export function spawnServe(args: readonly string[]): ChildProcess {
  const main = join(root, 'src/node/serve/main.ts');
  return spawn(process.execPath, ['--import', 'tsx', main, ...args], { cwd: root, stdio: 'pipe' });
}
