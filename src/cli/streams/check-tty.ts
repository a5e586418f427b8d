/** `-it` needs a terminal on standard input, when standard input is to be attached. */
import type { CommandContext } from '../command/command.ts';

export function checkTty(
  context: CommandContext,
  options: { readonly attachStdin: boolean; readonly tty: boolean },
): void {
  if (options.attachStdin && options.tty && !context.invocation.terminal.stdin) {
    throw new Error('the input device is not a TTY');
  }
}
