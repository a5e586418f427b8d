/** `docker volume rm` */
import { volumeRemove } from '../../../client/volumes.ts';
import { atLeast } from '../../command/command.ts';
import type { Command } from '../../command/command.ts';
import { boolFlag } from '../../flags/flag-spec.ts';
import { eachName } from '../each-name.ts';

export const remove: Command = {
  use: '[OPTIONS] VOLUME [VOLUME...]',
  short: 'Remove one or more volumes',
  long: 'Remove one or more volumes. You cannot remove a volume that is in use by a container.',
  aliases: 'docker volume rm, docker volume remove',
  arguments: atLeast(1),
  flags: [boolFlag('force', 'Force the removal of one or more volumes', { short: 'f' })],
  run(context) {
    const force = context.flags.bool('force');
    const action = (volume: string) => volumeRemove(context.client, { volume, force });
    return eachName(context, action, { serial: true });
  },
};
