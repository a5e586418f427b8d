/** `docker container prune` */
import { containersPrune } from '../../../client/containers.ts';
import { pruneCommand } from '../prune-command.ts';
import type { Pruner } from '../prune-command.ts';

export const containerPruner: Pruner = {
  heading: 'Deleted Containers',
  async prune(context, { filters }) {
    const report = await containersPrune(context.client, { filters });
    return { lines: report.ContainersDeleted ?? [], reclaimedBytes: report.SpaceReclaimed };
  },
};

export const prune = pruneCommand({
  ...containerPruner,
  short: 'Remove all stopped containers',
  filterUsage: 'Provide filter values (e.g. "until=<timestamp>")',
  warning: () => 'all stopped containers',
});
