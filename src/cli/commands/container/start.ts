/** `docker start`, with or without attaching. */
import {
  containerAttach,
  containerInspect,
  containerResize,
  containerStart,
} from '../../../client/containers.ts';
import { DisposableStore } from '../../../lib/disposable.ts';
import { errorMessage } from '../../../lib/errors.ts';
import { atLeast } from '../../command/command.ts';
import type { Command, CommandContext } from '../../command/command.ts';
import { ExitError } from '../../command/exit-error.ts';
import { boolFlag, experimentalOnly, stringFlag } from '../../flags/flag-spec.ts';
import { detachKeysOf } from '../../streams/detach-keys.ts';
import { streamAttached } from '../../streams/attached-streams.ts';
import { forwardSignals } from '../../streams/forward-signals.ts';
import { monitorTerminalSize } from '../../streams/terminal-size.ts';
import { waitExitOrRemoved } from '../../streams/wait-exit.ts';

export const start: Command = {
  use: '[OPTIONS] CONTAINER [CONTAINER...]',
  short: 'Start one or more stopped containers',
  aliases: 'docker container start, docker start',
  arguments: atLeast(1),
  flags: [
    boolFlag('attach', 'Attach STDOUT/STDERR and forward signals', { short: 'a' }),
    stringFlag('checkpoint', 'Restore from this checkpoint', experimentalOnly),
    stringFlag('checkpoint-dir', 'Use a custom checkpoint storage directory', experimentalOnly),
    stringFlag('detach-keys', 'Override the key sequence for detaching a container'),
    boolFlag('interactive', "Attach container's STDIN", { short: 'i' }),
  ],
  async run(context) {
    const { flags } = context;
    if (!flags.bool('attach') && !flags.bool('interactive')) return startAll(context);
    if (context.args.length > 1) {
      throw new Error('you cannot start and attach multiple containers at once');
    }
    const exitCode = await startAttached(context);
    if (exitCode !== 0) throw new ExitError(exitCode);
  },
};

async function startAll(context: CommandContext): Promise<void> {
  const failed: string[] = [];
  for (const container of context.args) {
    try {
      await containerStart(context.client, { container });
      await context.out.line(container);
    } catch (error) {
      await context.err.line(errorMessage(error));
      failed.push(container);
    }
  }
  if (failed.length > 0) {
    throw new Error(`Error: failed to start containers: ${failed.join(', ')}`);
  }
}

async function startAttached(context: CommandContext): Promise<number> {
  const inspected = await containerInspect(context.client, { container: context.args[0] ?? '' });
  const container = inspected.Id;
  const tty = inspected.Config.Tty === true;
  const attach = {
    stdin: context.flags.bool('interactive') && inspected.Config.OpenStdin === true,
    stdout: true,
    stderr: true,
    detachKeys: detachKeysOf(context),
  };
  const scope = new DisposableStore();
  const abort = new AbortController();
  try {
    if (!tty) scope.add(forwardSignals(context, container));
    const connection = await containerAttach(context.client, { container, ...attach });
    const removed = inspected.HostConfig.AutoRemove === true;
    const exit = await waitExitOrRemoved(context, { container, removed, signal: abort.signal });
    try {
      await containerStart(context.client, { container });
    } catch (error) {
      await connection.readable.cancel().catch(() => undefined);
      if (removed) await exit();
      throw error;
    }
    if (tty && context.out.terminal) {
      const resize = (size: { columns: number; rows: number }) =>
        containerResize(context.client, { container, ...size });
      scope.add(monitorTerminalSize(context, resize));
    }
    const end = await streamAttached(context, connection, { ...attach, tty });
    return end === 'ended' ? await exit() : 0;
  } finally {
    abort.abort();
    scope.dispose();
  }
}
