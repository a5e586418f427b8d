/** `docker volume prune` */
import { volumesPrune } from '../../../client/volumes.ts';
import { pruneCommand } from '../prune-command.ts';
import type { Pruner } from '../prune-command.ts';

export const volumePruner: Pruner = {
  heading: 'Deleted Volumes',
  async prune(context, { filters }) {
    const report = await volumesPrune(context.client, { filters });
    return { lines: report.VolumesDeleted ?? [], reclaimedBytes: report.SpaceReclaimed };
  },
};

export const prune = pruneCommand({
  heading: volumePruner.heading,
  prune(context, options) {
    const { filters, all } = options;
    return volumePruner.prune(context, {
      ...options,
      filters: all ? { ...filters, all: ['true'] } : filters,
    });
  },
  short: 'Remove unused local volumes',
  filterUsage: 'Provide filter values (e.g. "label=<label>")',
  allUsage: 'Remove all unused volumes, not just anonymous ones',
  warning: (all) =>
    all
      ? 'all local volumes not used by at least one container'
      : 'anonymous local volumes not used by at least one container',
  check(filters, all) {
    if (all && filters['all'] !== undefined) {
      throw new Error('conflicting options: cannot specify both --all and --filter all=1');
    }
  },
});
