/** Keeps a container's terminal as large as the caller's. */
import type { CommandContext } from '../command/command.ts';
import type { Disposable } from '../../lib/disposable.ts';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** How often a resize is tried again: the process may not be up yet. */
const attempts = 10;

/** Sets the size now, without waiting, and at every change until disposed. */
export function monitorTerminalSize(
  context: CommandContext,
  resize: (size: Size) => Promise<void>,
): Disposable {
  const { terminal } = context.invocation;
  void resizeWithRetries(context, { resize, size: terminal });
  return context.invocation.onResize((columns, rows) => {
    resize({ columns, rows }).catch(() => undefined);
  });
}

async function resizeWithRetries(
  context: CommandContext,
  options: { readonly resize: (size: Size) => Promise<void>; readonly size: Size },
): Promise<void> {
  const { columns, rows } = options.size;
  if (columns === 0 && rows === 0) return;
  for (let attempt = 0; attempt <= attempts; attempt += 1) {
    try {
      await options.resize({ columns, rows });
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, (attempt + 1) * 10));
    }
  }
  await context.err.line('failed to resize tty, using default size');
}
