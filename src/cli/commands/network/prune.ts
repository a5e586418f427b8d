/** `docker network prune` */
import { networksPrune } from '../../../client/networks.ts';
import { pruneCommand } from '../prune-command.ts';
import type { Pruner } from '../prune-command.ts';

export const networkPruner: Pruner = {
  heading: 'Deleted Networks',
  async prune(context, { filters }) {
    const report = await networksPrune(context.client, { filters });
    return { lines: report.NetworksDeleted ?? [] };
  },
};

export const prune = pruneCommand({
  ...networkPruner,
  short: 'Remove all unused networks',
  filterUsage: 'Provide filter values (e.g. "until=<timestamp>")',
  warning: () => 'all custom networks not used by at least one container',
});
