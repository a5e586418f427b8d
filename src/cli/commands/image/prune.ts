/** `docker image prune` */
import { imagesPrune } from '../../../client/images.ts';
import { pruneCommand } from '../prune-command.ts';
import type { Pruner } from '../prune-command.ts';

export const imagePruner: Pruner = {
  heading: 'Deleted Images',
  async prune(context, { filters, all }) {
    const dangling = [...(filters['dangling'] ?? []), String(!all)];
    const report = await imagesPrune(context.client, { filters: { ...filters, dangling } });
    const lines = (report.ImagesDeleted ?? []).map((item) =>
      'Deleted' in item ? `deleted: ${item.Deleted}` : `untagged: ${item.Untagged}`,
    );
    return { lines, reclaimedBytes: report.SpaceReclaimed };
  },
};

export const prune = pruneCommand({
  ...imagePruner,
  short: 'Remove unused images',
  filterUsage: 'Provide filter values (e.g. "until=<timestamp>")',
  allUsage: 'Remove all unused images, not just dangling ones',
  warning: (all) =>
    all ? 'all images without at least one container associated to them' : 'all dangling images',
});
