/** `docker system prune` */
import type { Filters } from '../../../client/filters.ts';
import { buildPrune } from '../../../client/build.ts';
import { noArguments } from '../../command/command.ts';
import type { Command } from '../../command/command.ts';
import { boolFlag, filterFlag } from '../../flags/flag-spec.ts';
import { naturalCompare } from '../../format/natural-compare.ts';
import { confirm } from '../confirm.ts';
import { containerPruner } from '../container/prune.ts';
import { imagePruner } from '../image/prune.ts';
import { networkPruner } from '../network/prune.ts';
import { printPruned, printReclaimed, pruneFilters } from '../prune-command.ts';
import type { Pruner } from '../prune-command.ts';
import { volumePruner } from '../volume/prune.ts';

const buildCachePruner: Pruner = {
  heading: 'Deleted build cache objects',
  async prune(context, { filters, all }) {
    const report = await buildPrune(context.client, { filters, all });
    return { lines: report.CachesDeleted ?? [], reclaimedBytes: report.SpaceReclaimed };
  },
};

export const prune: Command = {
  use: '[OPTIONS]',
  short: 'Remove unused data',
  arguments: noArguments,
  flags: [
    boolFlag('all', 'Remove all unused images not just dangling ones', { short: 'a' }),
    filterFlag('Provide filter values (e.g. "label=<key>=<value>")'),
    boolFlag('force', 'Do not prompt for confirmation', { short: 'f' }),
    boolFlag('volumes', 'Prune anonymous volumes'),
  ],
  async run(context) {
    const { flags } = context;
    const all = flags.bool('all');
    const volumes = flags.bool('volumes');
    if (volumes && flags.filters()['until'] !== undefined) {
      throw new Error('ERROR: The "until" filter is not supported with "--volumes"');
    }
    const filters = pruneFilters(context);
    if (!flags.bool('force')) await confirm(context, warning({ all, volumes, filters }));
    const pruners = [containerPruner, networkPruner, ...(volumes ? [volumePruner] : [])];
    let reclaimed = 0;
    for (const pruner of [...pruners, imagePruner, buildCachePruner]) {
      reclaimed += (await printPruned(context, pruner, { filters, all })) ?? 0;
    }
    await printReclaimed(context, reclaimed);
  },
};

function warning(options: {
  readonly all: boolean;
  readonly volumes: boolean;
  readonly filters: Filters;
}): string {
  const { all, volumes, filters } = options;
  const what = [
    'all stopped containers',
    'all networks not used by at least one container',
    ...(volumes ? ['all anonymous volumes not used by at least one container'] : []),
    all ? 'all images without at least one container associated to them' : 'all dangling images',
    all ? 'all build cache' : 'unused build cache',
  ];
  const shown = ['label', 'label!', 'until']
    .flatMap((name) => (filters[name] ?? []).map((value) => `${name}=${value}`))
    .toSorted(naturalCompare);
  const filtered =
    shown.length === 0 ? '' : `\n  Items to be pruned will be filtered with:${lines(shown)}\n`;
  return `WARNING! This will remove:${lines(what)}\n${filtered}\nAre you sure you want to continue?`;
}

function lines(items: readonly string[]): string {
  return items.map((item) => `\n  - ${item}`).join('');
}
