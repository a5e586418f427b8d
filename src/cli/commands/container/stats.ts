/** `docker stats` */
import { containerList } from '../../../client/containers.ts';
import { systemEvents } from '../../../client/system.ts';
import { errorMessage } from '../../../lib/errors.ts';
import { atLeast } from '../../command/command.ts';
import type { Command, CommandContext } from '../../command/command.ts';
import { boolFlag } from '../../flags/flag-spec.ts';
import { formatFlag } from '../../flags/format-flag.ts';
import { formatRows } from '../../format/formatter.ts';
import { StatsCollector } from './stats-collector.ts';
import { statsHeaders, statsTable } from './stats-row.ts';

/** How often the table is drawn. */
const intervalMs = 500;

/** Containers are known by the first digits of their IDs, as the real program has it. */
const idLength = 12;

export const stats: Command = {
  use: '[OPTIONS] [CONTAINER...]',
  short: 'Display a live stream of container(s) resource usage statistics',
  aliases: 'docker container stats, docker stats',
  arguments: atLeast(0),
  flags: [
    boolFlag('all', 'Show all containers (default shows just running)', { short: 'a' }),
    formatFlag({ table: true }),
    boolFlag('no-stream', 'Disable streaming stats and only pull the first result'),
    boolFlag('no-trunc', 'Do not truncate output'),
  ],
  async run(context) {
    const collector = new StatsCollector(context, { stream: !context.flags.bool('no-stream') });
    const abort = new AbortController();
    try {
      const lost = await collect(context, { collector, signal: abort.signal });
      await draw(context, { collector, lost });
    } finally {
      abort.abort();
      collector.dispose();
    }
  },
};

interface Lost {
  /** Why the engine no longer tells of new containers. */
  error: unknown;
  lost: boolean;
}

/** Starts to measure; resolves when every container has been measured once. */
async function collect(
  context: CommandContext,
  options: { readonly collector: StatsCollector; readonly signal: AbortSignal },
): Promise<Lost> {
  const { collector } = options;
  if (context.args.length > 0) {
    await Promise.all(context.args.map((container) => collector.add(container)));
    const failures = collector.errors.map((error) => errorMessage(error));
    if (failures.length > 0) throw new Error(failures.join('\n'));
    return { error: undefined, lost: false };
  }
  const lost = await watch(context, options);
  const all = context.flags.bool('all');
  const containers = await containerList(context.client, { all, signal: context.signal });
  await Promise.all(containers.map(({ Id }) => collector.add(Id.slice(0, idLength))));
  return lost;
}

/** Follows containers that come and go. */
async function watch(
  context: CommandContext,
  { collector, signal }: { readonly collector: StatsCollector; readonly signal: AbortSignal },
): Promise<Lost> {
  const all = context.flags.bool('all');
  const state: Lost = { error: undefined, lost: false };
  const events = await systemEvents(context.client, {
    filters: { type: ['container'] },
    signal: AbortSignal.any([signal, context.signal]),
  });
  void (async () => {
    for await (const { Action, Actor } of events) {
      const container = Actor.ID.slice(0, idLength);
      if (Action === 'start' || (all && Action === 'create')) void collector.add(container);
      if (Action === 'die' && !all) collector.remove(container);
    }
  })().then(
    () => (state.lost = true),
    (error: unknown) => Object.assign(state, { error, lost: true }),
  );
  return state;
}

async function draw(
  context: CommandContext,
  { collector, lost }: { readonly collector: StatsCollector; readonly lost: Lost },
): Promise<void> {
  const { flags, out, signal } = context;
  const once = flags.bool('no-stream');
  const given = flags.string('format') || context.config.string('statsFormat');
  const format = given === '' || given === 'table' ? statsTable : given;
  const truncated = !flags.bool('no-trunc');
  const typeName = '*container.statsContext';
  for (;;) {
    await pause(intervalMs, signal);
    const rows = collector.rows({ truncated });
    const table = formatRows(rows, { format, headers: statsHeaders, typeName });
    await out.write(once ? table : redrawn(table));
    const finished = collector.size === 0 && context.args.length > 0;
    if (once || finished || !out.open) return;
    if (lost.error !== undefined) throw lost.error;
    if (lost.lost) return;
  }
}

/** From the top left, each line cleared to its end, and the rest of the screen too. */
function redrawn(table: string): string {
  const text = `\x1b[H${table}`;
  const lines = text.split('\n').map((line) => `${line} \x1b[K\n`);
  return `${text}${lines.join('')}\x1b[J`;
}

function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, durationMs);
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', stop, { once: true });
  });
}
