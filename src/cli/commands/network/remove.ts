/** `docker network rm` */
import { networkInspect, networkRemove } from '../../../client/networks.ts';
import { errorKind, errorMessage } from '../../../lib/errors.ts';
import { atLeast } from '../../command/command.ts';
import type { Command, CommandContext } from '../../command/command.ts';
import { ExitError } from '../../command/exit-error.ts';
import { boolFlag } from '../../flags/flag-spec.ts';
import { answersYes } from '../confirm.ts';

const ingressWarning =
  'WARNING! Before removing the routing-mesh network, make sure all the nodes in your swarm run the same docker engine version. Otherwise, removal may not be effective and functionality of newly create ingress networks will be impaired.\nAre you sure you want to continue?';

export const remove: Command = {
  use: 'NETWORK [NETWORK...]',
  short: 'Remove one or more networks',
  aliases: 'docker network rm, docker network remove',
  arguments: atLeast(1),
  flags: [boolFlag('force', 'Do not error if the network does not exist', { short: 'f' })],
  async run(context) {
    let failed = false;
    for (const network of context.args) {
      if ((await isIngress(context, network)) && !(await answersYes(context, ingressWarning))) {
        continue;
      }
      try {
        await networkRemove(context.client, { network });
        await context.out.line(network);
      } catch (error) {
        if (context.flags.bool('force') && errorKind(error) === 'notFound') continue;
        await context.err.line(errorMessage(error));
        failed = true;
      }
    }
    if (failed) throw new ExitError(1, 'exit status 1');
  },
};

/** Whoever cannot be looked at is refused by the removal itself. */
async function isIngress(context: CommandContext, network: string): Promise<boolean> {
  const found = await networkInspect(context.client, { network }).catch(() => undefined);
  return found?.Ingress === true;
}
