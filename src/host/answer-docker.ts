/** The `docker` program of the machine: the CLI answers, the program there waits for the exit code. */
import type { ApiHandler } from '../api/http.ts';
import type { CliInvocation } from '../cli/invocation.ts';
import { runCli } from '../cli/run-cli.ts';
import type { DockerInvocation, Guest } from '../guest/guest.ts';
import { cutOffText } from './cut-off-text.ts';
import { labelRequests } from './label-requests.ts';
import { machineFiles } from './machine-files.ts';

/** Runs the CLI for a `docker` typed on the machine; the program there waits for the exit code. */
export async function answerDocker(
  invocation: DockerInvocation,
  { api, guest }: { api: ApiHandler; guest: Guest },
): Promise<void> {
  invocation.sayWhenRestored(cutOffText(invocation.argv));
  const exitCode = await runCli(cliInvocation(invocation), {
    handler: labelRequests(api, invocation.argv),
    files: machineFiles(guest, invocation),
  });
  await invocation.exit(exitCode).catch(() => undefined); // the program may be gone
}

/** What the CLI sees of an invocation: everything but its name and its end. */
function cliInvocation(invocation: DockerInvocation): CliInvocation {
  const { env, workingDirectory, stdin, stdout, stderr, terminal, signal } = invocation;
  return {
    argv: invocation.argv.slice(1),
    env,
    workingDirectory,
    stdin,
    stdout,
    stderr,
    terminal,
    signal,
    setRawMode: (raw) => invocation.setRawMode(raw),
    onResize: (listener) => invocation.onResize(listener),
    onSignal: (listener) => invocation.onSignal(listener),
    catchBrokenPipe: () => invocation.catchBrokenPipe(),
  };
}
