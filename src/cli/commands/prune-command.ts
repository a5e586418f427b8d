/** What the prune commands have in common: a warning, a question, a report. */
import { noArguments } from '../command/command.ts';
import type { Command, CommandContext } from '../command/command.ts';
import { boolFlag, filterFlag } from '../flags/flag-spec.ts';
import type { FlagSpec } from '../flags/flag-spec.ts';
import { humanSize } from '../go/units.ts';
import type { Filters } from '../../client/filters.ts';
import { confirm } from './confirm.ts';

export interface PruneReport {
  /** What was deleted, a name each. */
  readonly lines: readonly string[];
  /** Undefined where nothing is measured. */
  readonly reclaimedBytes?: number;
}

/** Deletes what nobody uses. */
export interface Pruner {
  /** Over the list of what was deleted: `Deleted Containers`. */
  readonly heading: string;
  readonly prune: (
    context: CommandContext,
    options: { readonly filters: Filters; readonly all: boolean },
  ) => Promise<PruneReport>;
}

export interface PruneCommandOptions extends Pruner {
  readonly short: string;
  readonly filterUsage: string;
  /** Usage of `--all`, where there is one. */
  readonly allUsage?: string;
  /** What will be removed: `all stopped containers`. */
  readonly warning: (all: boolean) => string;
  /** Throws for filters that do not go together with the other flags. */
  readonly check?: (filters: Filters, all: boolean) => void;
}

export function pruneCommand(options: PruneCommandOptions): Command {
  const flags: FlagSpec[] = [
    filterFlag(options.filterUsage),
    boolFlag('force', 'Do not prompt for confirmation', { short: 'f' }),
  ];
  if (options.allUsage !== undefined) flags.push(boolFlag('all', options.allUsage, { short: 'a' }));
  const hasAll = options.allUsage !== undefined;
  return {
    use: '[OPTIONS]',
    short: options.short,
    arguments: noArguments,
    flags,
    async run(context) {
      const all = hasAll && context.flags.bool('all');
      const filters = pruneFilters(context);
      options.check?.(filters, all);
      if (!context.flags.bool('force')) {
        const question = 'Are you sure you want to continue?';
        await confirm(context, `WARNING! This will remove ${options.warning(all)}.\n${question}`);
      }
      const reclaimed = await printPruned(context, options, { filters, all });
      if (reclaimed !== undefined) await printReclaimed(context, reclaimed);
    },
  };
}

/** Resolves with the bytes that are free again; undefined where nothing is measured. */
export async function printPruned(
  context: CommandContext,
  pruner: Pruner,
  options: { readonly filters: Filters; readonly all: boolean },
): Promise<number | undefined> {
  const { lines, reclaimedBytes } = await pruner.prune(context, options);
  if (lines.length > 0) {
    const list = lines.map((line) => `${line}\n`).join('');
    await context.out.write(`${pruner.heading}:\n${list}\n`);
  }
  return reclaimedBytes === undefined || lines.length > 0 ? reclaimedBytes : 0;
}

export function printReclaimed(context: CommandContext, bytes: number): Promise<void> {
  return context.out.line(`Total reclaimed space: ${humanSize(bytes)}`);
}

/** Those of the command line, and those of the configuration that do not contradict them. */
export function pruneFilters(context: CommandContext): Filters {
  const given: Record<string, readonly string[]> = { ...context.flags.filters() };
  const opposites: Readonly<Record<string, string>> = { label: 'label!', 'label!': 'label' };
  for (const filter of context.config.strings('pruneFilters')) {
    const equals = filter.indexOf('=');
    if (equals < 0) continue;
    const [name, value] = [filter.slice(0, equals), filter.slice(equals + 1)];
    const opposite = opposites[name];
    if (opposite !== undefined && given[opposite]?.includes(value) === true) continue;
    given[name] = [...(given[name] ?? []), value];
  }
  return given;
}
