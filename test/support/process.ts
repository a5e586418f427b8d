/** Runs programs for tests: output collected, failures with what the program said. */
import { spawn } from 'node:child_process';

export interface Output {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

export interface ExecOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string | Uint8Array;
  /** Default two minutes. */
  readonly timeoutMs?: number;
}

/** Runs a program to its end, whatever its exit code. */
export function exec(
  command: string,
  args: readonly string[],
  { env, cwd, input, timeoutMs = 120_000 }: ExecOptions = {},
): Promise<Output> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: { ...process.env, ...env },
      cwd,
      timeout: timeoutMs,
      stdio: 'pipe',
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', reject);
    child.stdin.on('error', () => undefined); // a program may end before it read its input
    child.stdin.end(input);
    child.on('close', (code, signal) =>
      resolve({
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
        exitCode: code ?? (signal === null ? 255 : 128),
      }),
    );
  });
}

/** Runs a program that must succeed; its standard output. */
export async function execOk(
  command: string,
  args: readonly string[],
  options: ExecOptions = {},
): Promise<string> {
  const output = await exec(command, args, options);
  if (output.exitCode === 0) return output.stdout;
  throw new Error(
    `Cannot run ${command} ${args.join(' ')}: exit code ${output.exitCode}: ${output.stderr}${output.stdout}`,
  );
}
