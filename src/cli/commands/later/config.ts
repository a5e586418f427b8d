/** `docker config …`: known, its engine part is still to come. */
import { flagsOf } from '../../flags/flag-table.ts';
import { formatFlag } from '../../flags/format-flag.ts';
import { laterCommand, laterGroup } from './later-command.ts';

export const config = laterGroup({
  name: 'config',
  short: 'Manage Swarm configs',
  section: 'hidden',
  children: [
    laterCommand('config create', {
      use: '[OPTIONS] CONFIG file|-',
      short: 'Create a config from a file or STDIN',
      flags: flagsOf(`
    -l, --label list          Config labels
    --template-driver string  Template driver
  `),
    }),
    laterCommand('config inspect', {
      use: '[OPTIONS] CONFIG [CONFIG...]',
      short: 'Display detailed information on one or more configs',
      flags: [
        ...flagsOf(`
    --pretty  Print the information in a human friendly format
  `),
        formatFlag({ table: false, short: 'f' }),
      ],
    }),
    laterCommand('config ls', {
      use: '[OPTIONS]',
      short: 'List configs',
      aliases: 'docker config ls, docker config list',
      flags: [
        ...flagsOf(`
    -f, --filter filter  Filter output based on conditions provided
    -q, --quiet          Only display IDs
  `),
        formatFlag({ table: true }),
      ],
    }),
    laterCommand('config rm', {
      use: 'CONFIG [CONFIG...]',
      short: 'Remove one or more configs',
      aliases: 'docker config rm, docker config remove',
      flags: [],
    }),
  ],
});
