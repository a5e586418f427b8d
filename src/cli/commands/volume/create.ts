/** `docker volume create` */
import { volumeCreate } from '../../../client/volumes.ts';
import { presentOnly } from '../../../lib/present-only.ts';
import { between } from '../../command/command.ts';
import type { Command } from '../../command/command.ts';
import { validateLabel } from '../../container-config/validators.ts';
import { cut, listFlag, mapFlag, stringFlag } from '../../flags/flag-spec.ts';
import { flagsOf } from '../../flags/flag-table.ts';

/** Volumes of a cluster; help shows these flags on a swarm manager only. */
const clusterFlags = flagsOf(`
  --availability string      Cluster Volume availability
  --group string             Cluster Volume group (cluster volumes)
  --limit-bytes bytes        Minimum size of the Cluster Volume in bytes
  --required-bytes bytes     Maximum size of the Cluster Volume in bytes
  --scope string             Cluster Volume access scope
  --secret map               Cluster Volume secrets
  --sharing string           Cluster Volume access sharing
  --topology-preferred list  A topology that the Cluster Volume would be preferred in
  --topology-required list   A topology that the Cluster Volume must be accessible from
  --type string              Cluster Volume access type
`).map((flag) => ({ ...flag, hidden: true }));

export const create: Command = {
  use: '[OPTIONS] [VOLUME]',
  short: 'Create a volume',
  arguments: between(0, 1),
  flags: [
    stringFlag('driver', 'Specify volume driver name (default "local")', {
      short: 'd',
      initial: 'local',
    }),
    listFlag('label', 'Set metadata for a volume', { validate: validateLabel }),
    stringFlag('name', 'Specify volume name', { hidden: true }),
    mapFlag('opt', 'Set driver specific options (default map[])', { short: 'o' }),
    ...clusterFlags,
  ],
  async run(context) {
    const { flags, args } = context;
    if (args.length > 0 && flags.string('name') !== '') {
      throw new Error(
        'conflicting options: cannot specify a volume-name through both --name and as a positional arg',
      );
    }
    const labels = flags.list('label').map((label) => cut(label, '='));
    // What is empty is left out: the engine then keeps none, and shows null.
    const volume = await volumeCreate(context.client, {
      ...presentOnly({ Name: args[0] ?? flags.string('name') }),
      Driver: flags.string('driver'),
      ...presentOnly({
        DriverOpts: flags.map('opt'),
        Labels: Object.fromEntries(labels.map(([key, value]) => [key, value ?? ''])),
      }),
    });
    await context.out.line(volume.Name);
  },
};
