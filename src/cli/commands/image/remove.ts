/** `docker rmi` and `docker image rm` */
import { imageRemove } from '../../../client/images.ts';
import { errorKind, errorMessage } from '../../../lib/errors.ts';
import { atLeast } from '../../command/command.ts';
import type { Command } from '../../command/command.ts';
import { boolFlag, stringsFlag } from '../../flags/flag-spec.ts';
import { parsePlatform } from '../../platform.ts';

export const remove: Command = {
  use: '[OPTIONS] IMAGE [IMAGE...]',
  short: 'Remove one or more images',
  aliases: 'docker image rm, docker image remove, docker rmi',
  arguments: atLeast(1),
  flags: [
    boolFlag('force', 'Force removal of the image', { short: 'f' }),
    boolFlag('no-prune', 'Do not delete untagged parents'),
    stringsFlag(
      'platform',
      'Remove only the given platform variant. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")',
    ),
  ],
  async run(context) {
    const { flags, client, out, err } = context;
    const force = flags.bool('force');
    const platforms = flags.list('platform').map(parsePlatform);
    const failures: string[] = [];
    let fatal = false;
    for (const image of context.args) {
      try {
        const noPrune = flags.bool('no-prune');
        for (const item of await imageRemove(client, { image, force, noPrune, platforms })) {
          const text =
            'Deleted' in item ? `Deleted: ${item.Deleted}` : `Untagged: ${item.Untagged}`;
          await out.line(text);
        }
      } catch (error) {
        fatal ||= errorKind(error) !== 'notFound';
        failures.push(errorMessage(error));
      }
    }
    if (failures.length === 0) return;
    if (!force || fatal) throw new Error(failures.join('\n'));
    await err.line(failures.join('\n'));
  },
};
