/** `docker volume update`, which needs a cluster. */
import { exactly } from '../../command/command.ts';
import { stringFlag } from '../../flags/flag-spec.ts';
import { laterCommand } from './later-command.ts';

export const volumeUpdate = laterCommand('volume update', {
  section: 'hidden',
  use: '[OPTIONS] [VOLUME]',
  short: 'Update a volume (cluster volumes only)',
  arguments: exactly(1),
  flags: [
    stringFlag(
      'availability',
      'Cluster Volume availability ("active", "pause", "drain") (default "active")',
      { hidden: true },
    ),
  ],
});
