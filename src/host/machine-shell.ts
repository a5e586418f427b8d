/**
 * The machine's own shell: what the terminal shows and what `run()` uses. It is a process of the
 * machine, not of any container, so its plan makes no namespaces.
 */
import { KindError } from '../lib/errors.ts';
import type { Guest, GuestProcess, RunOptions } from '../guest/guest.ts';
import type { SetupOperation, SetupPlan } from '../guest/plan.ts';

export interface ShellSize {
  readonly columns: number;
  readonly rows: number;
}

/** Output of a finished command line. */
export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** Most that `runCommand` keeps of each stream: a page must survive `cat /dev/zero`. */
export const commandOutputBytesMax = 16 * 1024 * 1024;

const home = '/root';
const environment = [
  'HOME=/root',
  'USER=root',
  'LOGNAME=root',
  'SHELL=/bin/bash',
  'LC_CTYPE=C.UTF-8',
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
];

/** The plan of an interactive login shell on a terminal of the given size. */
export function shellPlan({ columns, rows }: ShellSize): SetupPlan {
  return processPlan(
    [{ op: 'terminal', columns, rows }],
    ['-bash'],
    [...environment, 'TERM=xterm-256color', 'COLORTERM=truecolor'],
  );
}

/** The plan of one command line without a terminal. */
export function commandPlan(commandLine: string): SetupPlan {
  return processPlan(
    [{ op: 'setsid' }],
    ['bash', '-lc', commandLine],
    [...environment, 'TERM=dumb'],
  );
}

/** Runs a command line to its end. Rejects `resourceExhausted` when it prints without end. */
export async function runCommand(guest: Guest, commandLine: string): Promise<CommandResult> {
  const options: RunOptions = { stdio: { stdin: false, stdout: true, stderr: true } };
  const process = await guest.run(commandPlan(commandLine), options);
  const [stdout, stderr, status] = await Promise.all([
    readText(process, process.stdout),
    readText(process, process.stderr),
    process.exit,
  ]);
  return { stdout, stderr, exitCode: status.code };
}

function processPlan(
  first: readonly SetupOperation[],
  argv: readonly string[],
  env: readonly string[],
): SetupPlan {
  const cause = "The machine's own shell, outside every container";
  const child: SetupOperation[] = [
    ...first,
    { op: 'chdir', path: home, create: false },
    { op: 'exec', path: '/usr/bin/bash', argv, env },
  ];
  return {
    before: [],
    clone: { namespaces: [] },
    child: child.map((operation) => ({ operation, cause })),
  };
}

async function readText(
  process: GuestProcess,
  stream: ReadableStream<Uint8Array>,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let sizeBytes = 0;
  for await (const chunk of stream) {
    sizeBytes += chunk.length;
    if (sizeBytes > commandOutputBytesMax) {
      await process.signal(9).catch(() => undefined); // it may be gone already
      throw new KindError(
        'resourceExhausted',
        `Cannot read the command's output: more than ${commandOutputBytesMax} bytes`,
      );
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
