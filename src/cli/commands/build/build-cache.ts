/** `docker buildx du` and `docker buildx prune`: what the builder keeps. */
import type { BuildCacheRecord } from '../../../api/disk-usage.ts';
import { buildPrune } from '../../../client/build.ts';
import { systemDiskUsage } from '../../../client/system.ts';
import { noArguments, type Command, type CommandContext } from '../../command/command.ts';
import { boolFlag, bytesFlag, filterFlag } from '../../flags/flag-spec.ts';
import { alignTabs } from '../../format/tab-writer.ts';
import { humanDuration, humanSize } from '../../go/units.ts';
import { confirm } from '../confirm.ts';
import { pruneFilters } from '../prune-command.ts';
import { builderFlags } from './buildx-flags.ts';
import { cacheFilter } from './cache-filter.ts';

export const buildxDiskUsage: Command = {
  use: '',
  short: 'Disk usage',
  arguments: noArguments,
  flags: [
    ...builderFlags,
    filterFlag('Provide filter values'),
    boolFlag('verbose', 'Provide a more verbose output'),
  ],
  async run(context) {
    const fits = cacheFilter(pruneFilters(context));
    const records = (await cacheRecords(context)).filter(fits);
    if (context.flags.bool('verbose')) await context.out.write(recordsText(records, context.now()));
    else await context.out.write(recordTable(records, context.now()));
    if (Object.keys(pruneFilters(context)).length === 0) await context.out.write(summary(records));
  },
};

export const buildxPrune: Command = {
  use: '',
  short: 'Remove build cache',
  arguments: noArguments,
  flags: [
    boolFlag('all', 'Include internal/frontend images', { short: 'a' }),
    ...builderFlags,
    filterFlag('Provide filter values (e.g., "until=24h")'),
    boolFlag('force', 'Do not prompt for confirmation', { short: 'f' }),
    bytesFlag('max-used-space', 'Maximum amount of disk space allowed to keep for cache'),
    bytesFlag('min-free-space', 'Target amount of free disk space after pruning'),
    bytesFlag('reserved-space', 'Amount of disk space always allowed to keep for cache'),
    boolFlag('verbose', 'Provide a more verbose output'),
    bytesFlag('keep-storage', 'Amount of disk space to keep for cache', {
      hidden: true,
      of: 'reserved-space',
    }),
  ],
  async run(context) {
    const { flags } = context;
    if (!flags.bool('force')) await confirmPrune(context, flags.bool('all'));
    const before = await cacheRecords(context);
    const { CachesDeleted, SpaceReclaimed } = await buildPrune(context.client, {
      all: flags.bool('all'),
      filters: pruneFilters(context),
      reservedSpace: flags.number('reserved-space'),
      maxUsedSpace: flags.number('max-used-space'),
      minFreeSpace: flags.number('min-free-space'),
      signal: context.signal,
    });
    const deleted = before.filter(({ ID }) => CachesDeleted?.includes(ID) === true);
    if (flags.bool('verbose')) await context.out.write(recordsText(deleted, context.now()));
    else if (deleted.length > 0) await context.out.write(recordTable(deleted, context.now()));
    await context.out.line(`Total:\t${humanSize(SpaceReclaimed)}`);
  },
};

/** `docker builder prune` where BuildKit is off. */
export const builderPrune: Command = {
  use: '',
  short: 'Remove build cache',
  arguments: noArguments,
  flags: [
    boolFlag('all', 'Remove all unused build cache, not just dangling ones', { short: 'a' }),
    filterFlag('Provide filter values (e.g. "until=24h")'),
    boolFlag('force', 'Do not prompt for confirmation', { short: 'f' }),
    bytesFlag('keep-storage', 'Amount of disk space to keep for cache'),
  ],
  async run(context) {
    const { flags, out } = context;
    if (!flags.bool('force')) await confirmPrune(context, flags.bool('all'));
    const { CachesDeleted, SpaceReclaimed } = await buildPrune(context.client, {
      all: flags.bool('all'),
      filters: pruneFilters(context),
      reservedSpace: flags.number('keep-storage'),
      signal: context.signal,
    });
    const deleted = CachesDeleted ?? [];
    if (deleted.length > 0)
      await out.write(`Deleted build cache objects:\n${deleted.map((id) => `${id}\n`).join('')}\n`);
    await out.line(`Total reclaimed space: ${humanSize(SpaceReclaimed)}`);
  },
};

/** What is shared with images comes first, where there is something. */
function summary(records: readonly BuildCacheRecord[]): string {
  const sum = (list: readonly BuildCacheRecord[]) =>
    list.reduce((total, { Size }) => total + Size, 0);
  const shared = sum(records.filter(({ Shared }) => Shared));
  const total = sum(records);
  const lines = [
    ...(shared > 0 ? [`Shared:\t\t${humanSize(shared)}`] : []),
    ...(shared > 0 ? [`Private:\t${humanSize(total - shared)}`] : []),
    `Reclaimable:\t${humanSize(sum(records.filter(({ InUse }) => !InUse)))}`,
    `Total:\t\t${humanSize(total)}`,
  ];
  return `${lines.join('\n')}\n`;
}

function confirmPrune(context: CommandContext, all: boolean): Promise<void> {
  const what = all ? 'all build cache' : 'all dangling build cache';
  return confirm(context, `WARNING! This will remove ${what}. Are you sure you want to continue?`);
}

async function cacheRecords({ client }: CommandContext): Promise<readonly BuildCacheRecord[]> {
  const usage = await systemDiskUsage(client);
  return usage.BuildCache ?? [];
}

function recordTable(records: readonly BuildCacheRecord[], now: number): string {
  const rows = records.map(({ ID, InUse, Shared, Size, LastUsedAt }) => {
    const size = humanSize(Size) + (Shared ? '*' : '');
    const ago = LastUsedAt ? `${humanDuration(now - Date.parse(LastUsedAt))} ago` : '';
    return [ID.padEnd(40), String(!InUse).padEnd(5), size.padEnd(10), ago].join('\t');
  });
  const table = ['ID\tRECLAIMABLE\tSIZE\tLAST ACCESSED', ...rows].join('\n');
  return `${alignTabs(table, { minWidth: 1, padding: 1 })}\n`;
}

function recordsText(records: readonly BuildCacheRecord[], now: number): string {
  return records.map((record) => recordText(record, now)).join('');
}

function recordText(record: BuildCacheRecord, now: number): string {
  const { Parents: parents, LastUsedAt: used } = record;
  const ago = used ? `${humanDuration(now - Date.parse(used))} ago` : undefined;
  const lines: [string, string | undefined][] = [
    ['ID', record.ID],
    ['Parent', parents?.join(',')],
    ['Created at', record.CreatedAt],
    ['Mutable', 'false'],
    ['Reclaimable', String(!record.InUse)],
    ['Shared', String(record.Shared)],
    ['Size', humanSize(record.Size)],
    ['Description', record.Description || undefined],
    ['Usage count', String(record.UsageCount)],
    ['Last used', ago],
    ['Type', record.Type],
  ];
  const shown = lines.filter(([, value]) => value !== undefined);
  return `${shown.map(([name, value]) => `${`${name}:`.padEnd(16)}${value}\n`).join('')}\n`;
}
