/** `docker exec` */
import type { ExecCreateRequest } from '../../../api/exec.ts';
import { containerInspect } from '../../../client/containers.ts';
import {
  execAttach,
  execCreate,
  execInspect,
  execResize,
  execStart,
} from '../../../client/exec.ts';
import { DisposableStore } from '../../../lib/disposable.ts';
import { atLeast } from '../../command/command.ts';
import type { Command, CommandContext } from '../../command/command.ts';
import { ExitError } from '../../command/exit-error.ts';
import { readKeyValues } from '../../container-config/env-file.ts';
import { validateEnv } from '../../container-config/validators.ts';
import { boolFlag, listFlag, stringFlag } from '../../flags/flag-spec.ts';
import { detachKeysOf } from '../../streams/detach-keys.ts';
import { streamAttached } from '../../streams/attached-streams.ts';
import { checkTty } from '../../streams/check-tty.ts';
import { monitorTerminalSize } from '../../streams/terminal-size.ts';

export const exec: Command = {
  use: '[OPTIONS] CONTAINER COMMAND [ARG...]',
  short: 'Execute a command in a running container',
  aliases: 'docker container exec, docker exec',
  arguments: atLeast(2),
  interspersed: false,
  flags: [
    boolFlag('detach', 'Detached mode: run command in the background', { short: 'd' }),
    stringFlag('detach-keys', 'Override the key sequence for detaching a container'),
    listFlag('env', 'Set environment variables', { short: 'e', validate: validateEnv }),
    listFlag('env-file', 'Read in a file of environment variables'),
    boolFlag('interactive', 'Keep STDIN open even if not attached', { short: 'i' }),
    boolFlag('privileged', 'Give extended privileges to the command'),
    boolFlag('tty', 'Allocate a pseudo-TTY', { short: 't' }),
    stringFlag('user', 'Username or UID (format: "<name|uid>[:<group|gid>]")', { short: 'u' }),
    stringFlag('workdir', 'Working directory inside the container', { short: 'w' }),
  ],
  async run(context) {
    const config = await configOf(context);
    const container = context.args[0] ?? '';
    // An unknown container matters more than a missing terminal.
    await containerInspect(context.client, { container });
    const tty = config.Tty === true;
    const detach = context.flags.bool('detach');
    if (!detach) checkTty(context, { attachStdin: config.AttachStdin === true, tty });
    const { Id } = await execCreate(context.client, { container, config });
    const start = {
      exec: Id,
      config: { ...(detach ? { Detach: true } : {}), Tty: tty, ...consoleSize(context, tty) },
    };
    if (detach) return execStart(context.client, start);
    await runAttached(context, { start, config });
  },
};

async function runAttached(
  context: CommandContext,
  options: {
    readonly start: Parameters<typeof execAttach>[1];
    readonly config: ExecCreateRequest;
  },
): Promise<void> {
  const { start, config } = options;
  const tty = config.Tty === true;
  const scope = new DisposableStore();
  try {
    const connection = await execAttach(context.client, start);
    if (tty && context.invocation.terminal.stdin) {
      const resize = (size: { columns: number; rows: number }) =>
        execResize(context.client, { exec: start.exec, ...size });
      scope.add(monitorTerminalSize(context, resize));
    }
    const end = await streamAttached(context, connection, {
      stdin: config.AttachStdin === true,
      stdout: true,
      stderr: true,
      tty,
      detachKeys: config.DetachKeys ?? '',
    });
    if (end === 'detached') throw new ExitError(1, 'read escape sequence');
  } finally {
    scope.dispose();
  }
  const { ExitCode } = await execInspect(context.client, { exec: start.exec });
  if (ExitCode !== null && ExitCode !== 0) throw new ExitError(ExitCode);
}

async function configOf(context: CommandContext): Promise<ExecCreateRequest> {
  const { flags, args } = context;
  const tty = flags.bool('tty');
  const attached = !flags.bool('detach');
  const env = await readKeyValues(context, {
    files: flags.list('env-file'),
    values: flags.list('env'),
    fromEnvironment: true,
  });
  return {
    User: flags.string('user'),
    Privileged: flags.bool('privileged'),
    Tty: tty,
    AttachStdin: attached && flags.bool('interactive'),
    AttachStdout: attached,
    AttachStderr: attached,
    ...(attached ? {} : { Detach: true }),
    DetachKeys: detachKeysOf(context),
    Env: env,
    WorkingDir: flags.string('workdir'),
    Cmd: args.slice(1),
    ...consoleSize(context, tty),
  };
}

function consoleSize(
  context: CommandContext,
  tty: boolean,
): { ConsoleSize?: readonly [number, number] } {
  const { columns, rows } = context.invocation.terminal;
  return tty && context.out.terminal ? { ConsoleSize: [rows, columns] } : {};
}
