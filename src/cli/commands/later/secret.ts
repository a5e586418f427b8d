/** `docker secret …`: known, its engine part is still to come. */
import { flagsOf } from '../../flags/flag-table.ts';
import { formatFlag } from '../../flags/format-flag.ts';
import { laterCommand, laterGroup } from './later-command.ts';

export const secret = laterGroup({
  name: 'secret',
  short: 'Manage Swarm secrets',
  section: 'hidden',
  children: [
    laterCommand('secret create', {
      use: '[OPTIONS] SECRET [file|-]',
      short: 'Create a secret from a file or STDIN as content',
      flags: flagsOf(`
    -d, --driver string       Secret driver
    -l, --label list          Secret labels
    --template-driver string  Template driver
  `),
    }),
    laterCommand('secret inspect', {
      use: '[OPTIONS] SECRET [SECRET...]',
      short: 'Display detailed information on one or more secrets',
      flags: [
        ...flagsOf(`
    --pretty  Print the information in a human friendly format
  `),
        formatFlag({ table: false, short: 'f' }),
      ],
    }),
    laterCommand('secret ls', {
      use: '[OPTIONS]',
      short: 'List secrets',
      aliases: 'docker secret ls, docker secret list',
      flags: [
        ...flagsOf(`
    -f, --filter filter  Filter output based on conditions provided
    -q, --quiet          Only display IDs
  `),
        formatFlag({ table: true }),
      ],
    }),
    laterCommand('secret rm', {
      use: 'SECRET [SECRET...]',
      short: 'Remove one or more secrets',
      aliases: 'docker secret rm, docker secret remove',
      flags: [],
    }),
  ],
});
