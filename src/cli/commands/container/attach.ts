/** `docker attach` */
import { containerAttach, containerInspect, containerResize } from '../../../client/containers.ts';
import type { ContainerInspect } from '../../../api/container.ts';
import { containerWait } from '../../../client/containers.ts';
import { DisposableStore } from '../../../lib/disposable.ts';
import { exactly } from '../../command/command.ts';
import type { Command, CommandContext } from '../../command/command.ts';
import { ExitError } from '../../command/exit-error.ts';
import { boolFlag, stringFlag } from '../../flags/flag-spec.ts';
import { detachKeysOf } from '../../streams/detach-keys.ts';
import { streamAttached } from '../../streams/attached-streams.ts';
import { checkTty } from '../../streams/check-tty.ts';
import { forwardSignals } from '../../streams/forward-signals.ts';
import { monitorTerminalSize } from '../../streams/terminal-size.ts';

export const attach: Command = {
  use: '[OPTIONS] CONTAINER',
  short: 'Attach local standard input, output, and error streams to a running container',
  aliases: 'docker container attach, docker attach',
  arguments: exactly(1),
  flags: [
    stringFlag('detach-keys', 'Override the key sequence for detaching a container'),
    boolFlag('no-stdin', 'Do not attach STDIN'),
    boolFlag('sig-proxy', 'Proxy all received signals to the process (default true)', {
      initial: true,
    }),
  ],
  async run(context) {
    const container = context.args[0] ?? '';
    const inspected = await inspectRunning(context, container);
    const tty = inspected.Config.Tty === true;
    checkTty(context, { attachStdin: !context.flags.bool('no-stdin'), tty });
    const abort = new AbortController();
    const { signal } = abort;
    const { exit } = await containerWait(context.client, { container, signal });
    const scope = new DisposableStore();
    try {
      if (context.flags.bool('sig-proxy') && !tty) scope.add(forwardSignals(context, container));
      const stdin = !context.flags.bool('no-stdin') && inspected.Config.OpenStdin === true;
      const detachKeys = detachKeysOf(context);
      const streams = { stdin, stdout: true, stderr: true, detachKeys };
      const connection = await containerAttach(context.client, { container, ...streams });
      // It may have stopped in between, and then nothing would ever come.
      await inspectRunning(context, container);
      if (tty && context.out.terminal) scope.add(await redrawTerminal(context, container));
      const end = await streamAttached(context, connection, { ...streams, tty });
      if (end === 'detached') throw new ExitError(1, 'read escape sequence');
      const answer = await exit;
      if (answer.Error?.Message) throw new Error(answer.Error.Message);
      if (answer.StatusCode !== 0) throw new ExitError(answer.StatusCode);
    } finally {
      abort.abort();
      scope.dispose();
    }
  },
};

async function inspectRunning(
  context: CommandContext,
  container: string,
): Promise<ContainerInspect> {
  const inspected = await containerInspect(context.client, { container });
  const { State } = inspected;
  if (!State.Running) {
    throw new Error('You cannot attach to a stopped container, start it first');
  }
  if (State.Paused) throw new Error('You cannot attach to a paused container, unpause it first');
  if (State.Restarting) {
    throw new Error('You cannot attach to a restarting container, wait until it is running');
  }
  return inspected;
}

/** Programs draw anew when the size changes: one column more, then the real size. */
async function redrawTerminal(context: CommandContext, container: string) {
  const { columns, rows } = context.invocation.terminal;
  const resize = (size: { columns: number; rows: number }) =>
    containerResize(context.client, { container, ...size });
  await resize({ columns: columns + 1, rows: rows + 1 }).catch(() => undefined);
  return monitorTerminalSize(context, resize);
}
