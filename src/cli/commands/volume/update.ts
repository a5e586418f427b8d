/** `docker volume update`: for volumes of a cluster, which this engine has none of. */
import { volumeInspect } from '../../../client/volumes.ts';
import { exactly } from '../../command/command.ts';
import type { Command } from '../../command/command.ts';
import { stringFlag } from '../../flags/flag-spec.ts';

export const update: Command = {
  use: '[OPTIONS] [VOLUME]',
  short: 'Update a volume (cluster volumes only)',
  arguments: exactly(1),
  flags: [
    stringFlag('availability', 'Cluster Volume availability ("active", "pause", "drain")', {
      hidden: true,
    }),
  ],
  async run(context) {
    await volumeInspect(context.client, { volume: context.args[0] ?? '' });
    throw new Error('can only update cluster volumes');
  },
};
