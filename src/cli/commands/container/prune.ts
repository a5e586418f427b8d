/** `docker container prune` */
import { containersPrune } from '../../../client/containers.ts';
import { noArguments } from '../../command/command.ts';
import type { Command } from '../../command/command.ts';
import { boolFlag, filterFlag } from '../../flags/flag-spec.ts';
import { humanSize } from '../../go/units.ts';
import { confirm } from '../confirm.ts';

const warning =
  'WARNING! This will remove all stopped containers.\nAre you sure you want to continue?';

export const prune: Command = {
  use: '[OPTIONS]',
  short: 'Remove all stopped containers',
  arguments: noArguments,
  flags: [
    filterFlag('Provide filter values (e.g. "until=<timestamp>")'),
    boolFlag('force', 'Do not prompt for confirmation', { short: 'f' }),
  ],
  async run(context) {
    const { flags, client, out } = context;
    if (!flags.bool('force')) await confirm(context, warning);
    const report = await containersPrune(client, { filters: flags.filters() });
    const deleted = report.ContainersDeleted ?? [];
    if (deleted.length > 0) {
      await out.write(`Deleted Containers:\n${deleted.map((id) => `${id}\n`).join('')}\n`);
    }
    const reclaimed = deleted.length > 0 ? report.SpaceReclaimed : 0;
    await out.line(`Total reclaimed space: ${humanSize(reclaimed)}`);
  },
};
