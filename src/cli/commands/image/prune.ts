/** `docker image prune` */
import { imagesPrune } from '../../../client/images.ts';
import { noArguments } from '../../command/command.ts';
import type { Command } from '../../command/command.ts';
import { boolFlag, filterFlag } from '../../flags/flag-spec.ts';
import { humanSize } from '../../go/units.ts';
import { confirm } from '../confirm.ts';

const question = 'Are you sure you want to continue?';
const danglingWarning = `WARNING! This will remove all dangling images.\n${question}`;
const allWarning = `WARNING! This will remove all images without at least one container associated to them.\n${question}`;

export const prune: Command = {
  use: '[OPTIONS]',
  short: 'Remove unused images',
  arguments: noArguments,
  flags: [
    boolFlag('all', 'Remove all unused images, not just dangling ones', { short: 'a' }),
    filterFlag('Provide filter values (e.g. "until=<timestamp>")'),
    boolFlag('force', 'Do not prompt for confirmation', { short: 'f' }),
  ],
  async run(context) {
    const { flags, client, out } = context;
    const all = flags.bool('all');
    if (!flags.bool('force')) await confirm(context, all ? allWarning : danglingWarning);
    const given = flags.filters();
    const dangling = [...(given['dangling'] ?? []), String(!all)];
    const report = await imagesPrune(client, { filters: { ...given, dangling } });
    const items = report.ImagesDeleted ?? [];
    const lines = items.map((item) =>
      'Deleted' in item ? `deleted: ${item.Deleted}\n` : `untagged: ${item.Untagged}\n`,
    );
    if (lines.length > 0) await out.write(`Deleted Images:\n${lines.join('')}\n`);
    const reclaimed = lines.length > 0 ? report.SpaceReclaimed : 0;
    await out.line(`Total reclaimed space: ${humanSize(reclaimed)}`);
  },
};
