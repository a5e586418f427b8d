/** `docker run`: create, attach, start, and stay until the container is done. */
import type { ContainerCreateRequest } from '../../../api/container.ts';
import { containerAttach, containerResize, containerStart } from '../../../client/containers.ts';
import type { Duplex } from '../../../lib/duplex.ts';
import { DisposableStore } from '../../../lib/disposable.ts';
import { errorMessage } from '../../../lib/errors.ts';
import { atLeast } from '../../command/command.ts';
import type { Command, CommandContext } from '../../command/command.ts';
import { ExitError } from '../../command/exit-error.ts';
import { buildConfig } from '../../container-config/build-config.ts';
import { createFlags } from '../../container-config/create-flags.ts';
import { boolFlag, stringFlag } from '../../flags/flag-spec.ts';
import { detachKeysOf } from '../../streams/detach-keys.ts';
import { streamAttached } from '../../streams/attached-streams.ts';
import { checkTty } from '../../streams/check-tty.ts';
import { forwardSignals } from '../../streams/forward-signals.ts';
import { monitorTerminalSize } from '../../streams/terminal-size.ts';
import { waitExitOrRemoved } from '../../streams/wait-exit.ts';
import { checkPullOption, createContainer } from './create-container.ts';

export const run: Command = {
  use: '[OPTIONS] IMAGE [COMMAND] [ARG...]',
  short: 'Create and run a new container from an image',
  aliases: 'docker container run, docker run',
  arguments: atLeast(1),
  interspersed: false,
  flags: [
    ...createFlags,
    boolFlag('detach', 'Run container in background and print container ID', { short: 'd' }),
    stringFlag('detach-keys', 'Override the key sequence for detaching a container'),
    stringFlag(
      'pull',
      'Pull image before running ("always", "missing", "never") (default "missing")',
      { initial: 'missing' },
    ),
    boolFlag('sig-proxy', 'Proxy received signals to the process (default true)', {
      initial: true,
    }),
  ],
  run: runContainer,
};

async function runContainer(context: CommandContext): Promise<void> {
  const { flags } = context;
  const config = await configOf(context);
  if (!flags.bool('detach')) {
    checkTty(context, { attachStdin: config.AttachStdin === true, tty: config.Tty === true });
    return runConfig(context, config);
  }
  if (flags.list('attach').length > 0) {
    throw new Error('conflicting options: cannot specify both --attach and --detach');
  }
  const detached = { AttachStdin: false, AttachStdout: false, AttachStderr: false };
  return runConfig(context, { ...config, ...detached, StdinOnce: false });
}

/** Whatever is wrong with the flags, the exit code is 125. */
async function configOf(context: CommandContext): Promise<ContainerCreateRequest> {
  try {
    checkPullOption(context.flags.string('pull'));
    return await buildConfig(context);
  } catch (error) {
    throw new ExitError(125, withHint(errorMessage(error)), { cause: error });
  }
}

async function runConfig(context: CommandContext, config: ContainerCreateRequest): Promise<void> {
  const container = await withHelp(() => createContainer(context, config));
  const scope = new DisposableStore();
  try {
    if (context.flags.bool('sig-proxy')) scope.add(forwardSignals(context, container));
    if (!config.AttachStdin && !config.AttachStdout && !config.AttachStderr) {
      // Told before: also of a container that cannot be started.
      await context.out.line(container);
      return await withHelp(() => containerStart(context.client, { container }));
    }
    const exitCode = await runAttached(context, { container, config, scope });
    if (exitCode !== 0) throw new ExitError(exitCode);
  } finally {
    scope.dispose();
  }
}

/** Attaches before the start so that no output is missed; resolves with the exit code. */
async function runAttached(
  context: CommandContext,
  options: {
    readonly container: string;
    readonly config: ContainerCreateRequest;
    readonly scope: DisposableStore;
  },
): Promise<number> {
  const { container, config, scope } = options;
  const attach = {
    stdin: config.AttachStdin === true,
    stdout: config.AttachStdout === true,
    stderr: config.AttachStderr === true,
    detachKeys: detachKeysOf(context),
  };
  const tty = config.Tty === true;
  const connection = await containerAttach(context.client, { container, ...attach });
  const abort = new AbortController();
  const exitCode = await waitExitOrRemoved(context, {
    container,
    removed: context.flags.bool('rm'),
    signal: abort.signal,
  });
  try {
    await withHelp(() => containerStart(context.client, { container }));
  } catch (error) {
    await closeConnection(connection);
    // The engine removes what it could not start; wait so that the name is free again.
    if (context.flags.bool('rm')) await exitCode();
    abort.abort();
    throw error;
  }
  if (tty && context.out.terminal) {
    const resize = (size: { columns: number; rows: number }) =>
      containerResize(context.client, { container, ...size });
    scope.add(monitorTerminalSize(context, resize));
  }
  const end = await streamAttached(context, connection, { ...attach, tty });
  if (end === 'ended') return exitCode();
  abort.abort();
  return 0;
}

async function closeConnection(connection: Duplex): Promise<void> {
  await connection.readable.cancel().catch(() => undefined);
  await connection.writable.abort().catch(() => undefined);
}

/** Failures before the container runs: Docker's hint, and an exit code made of the message. */
async function withHelp<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof ExitError) throw error;
    const message = errorMessage(error);
    throw new ExitError(startExitCode(message), withHint(message), { cause: error });
  }
}

function withHint(message: string): string {
  return `docker: ${message}\n\nRun 'docker run --help' for more information`;
}

const notFoundWords = [
  'executable file not found',
  'no such file or directory',
  'system cannot find the file specified',
];
const notExecutableWords = ['permission denied', 'is a directory'];

/** 127 when the command does not exist, 126 when it cannot be executed, else 125. */
export function startExitCode(message: string): number {
  if (notFoundWords.some((words) => message.includes(words))) return 127;
  if (notExecutableWords.some((words) => message.includes(words))) return 126;
  return 125;
}
