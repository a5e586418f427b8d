/** How a build is shown while it goes on: `--progress`. */
import type { BuildStatus } from '../../api/build.ts';
import type { CommandContext } from '../command/command.ts';
import { BuildTrace } from './build-trace.ts';
import { PlainProgress } from './plain-progress.ts';
import { TtyProgress } from './tty-progress.ts';

export interface BuildDisplay {
  readonly trace: BuildTrace;
  update(status: BuildStatus): Promise<void>;
  /** The last state, and what went wrong; nothing is shown afterwards. */
  done(): Promise<void>;
}

export type ProgressMode = 'auto' | 'tty' | 'plain' | 'rawjson' | 'quiet';

const modes: readonly ProgressMode[] = ['auto', 'tty', 'plain', 'rawjson', 'quiet'];

/** Rejects a mode that is none. `BUILDKIT_PROGRESS` stands in for `auto`. */
export function progressMode({ flags, invocation }: CommandContext): ProgressMode {
  const given = flags.string('progress');
  const { BUILDKIT_PROGRESS: preset = '' } = invocation.env;
  const word = flags.bool('quiet') ? 'quiet' : given === 'auto' && preset !== '' ? preset : given;
  const mode = modes.find((known) => known === (word || 'auto'));
  if (mode === undefined) throw new Error(`ERROR: invalid progress mode ${word}`);
  return mode;
}

export function openDisplay(context: CommandContext, mode: ProgressMode): BuildDisplay {
  const { err, invocation } = context;
  if (mode === 'tty' && !err.terminal)
    throw new Error('ERROR: failed to get console: provided file is not a console');
  if (mode === 'tty' || (mode === 'auto' && err.terminal)) {
    let { columns, rows } = invocation.terminal;
    const resizing = invocation.onResize((width, height) => {
      [columns, rows] = [width, height];
    });
    const tty = new TtyProgress(err, {
      description: 'docker:default',
      size: () => ({ columns: columns || 80, rows: rows || 10 }),
      now: () => context.now(),
      colors: (invocation.env['NO_COLOR'] ?? '') === '',
    });
    return {
      trace: tty.trace,
      update: (status) => tty.update(status),
      async done() {
        resizing.dispose();
        await tty.done();
      },
    };
  }
  if (mode === 'auto' || mode === 'plain')
    return new PlainProgress(err, {
      description: 'building with "default" instance using docker driver',
    });
  return silentDisplay(mode === 'rawjson' ? (text) => err.line(text) : undefined);
}

/** Nothing, or each message as it came. */
function silentDisplay(write: ((text: string) => Promise<void>) | undefined): BuildDisplay {
  const trace = new BuildTrace();
  return {
    trace,
    async update(status) {
      trace.update(status);
      await write?.(JSON.stringify(status));
    },
    done: () => Promise.resolve(),
  };
}
