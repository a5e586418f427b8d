/** Counts what `docker cp` moves, and says so on standard error when somebody watches. */
import type { CommandContext } from '../../command/command.ts';
import { humanSize } from '../../go/units.ts';

/** How often the number is drawn anew. */
const intervalMs = 75;

const saveCursor = '\x1b7';
const restoreCursor = '\x1b8';
const eraseLine = '\x1b[2K';

export async function withCopyProgress(
  context: CommandContext,
  copy: {
    readonly archive: ReadableStream<Uint8Array>;
    readonly header: string;
    /** As the closing line names it. */
    readonly target: string;
  },
  run: (archive: ReadableStream<Uint8Array>) => Promise<void>,
): Promise<void> {
  const { archive, header, target } = copy;
  const { flags, err, out } = context;
  const quiet = flags.changed('quiet') ? flags.bool('quiet') : !out.terminal;
  if (quiet) return run(archive);
  let total = 0;
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      total += chunk.length;
      controller.enqueue(chunk);
    },
  });
  const stop = err.terminal
    ? await showProgress(context, { header, total: () => total })
    : undefined;
  try {
    await run(archive.pipeThrough(counter));
  } finally {
    await stop?.();
    await err.line(`Successfully copied ${size(total)} to ${target}`);
  }
}

async function showProgress(
  context: CommandContext,
  options: { readonly header: string; readonly total: () => number },
): Promise<() => Promise<void>> {
  const { header, total } = options;
  const { err } = context;
  await err.write(`${saveCursor}Preparing to copy...`);
  await err.write(`\x1b[?25l${restoreCursor}${eraseLine}${header}${size(0)}`);
  let last = 0;
  const timer = setInterval(() => {
    const now = total();
    if (now === last) return;
    last = now;
    void err.write(`\x1b[${header.length + 1}G\x1b[0K${size(now)}`);
  }, intervalMs);
  return async () => {
    clearInterval(timer);
    await err.write(`\x1b[?25h${restoreCursor}${eraseLine}`);
  };
}

function size(bytes: number): string {
  return humanSize(bytes, { precision: 3 });
}
