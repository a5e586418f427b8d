/** `docker stack …`: known, its engine part is still to come. */
import { flagsOf } from '../../flags/flag-table.ts';
import { formatFlag } from '../../flags/format-flag.ts';
import { laterCommand, laterGroup } from './later-command.ts';

export const stack = laterGroup({
  name: 'stack',
  short: 'Manage Swarm stacks',
  section: 'hidden',
  useSuffix: '[OPTIONS]',
  children: [
    laterCommand('stack config', {
      use: '[OPTIONS]',
      short: 'Outputs the final config file, after doing merges and interpolations',
      flags: flagsOf(`
    -c, --compose-file strings  Path to a Compose file, or "-" to read from stdin
    --skip-interpolation        Skip interpolation and output only merged config
  `),
    }),
    laterCommand('stack deploy', {
      use: '[OPTIONS] STACK',
      short: 'Deploy a new stack or update an existing stack',
      aliases: 'docker stack deploy, docker stack up',
      flags: flagsOf(`
    -c, --compose-file strings  Path to a Compose file, or "-" to read from stdin
    -d, --detach                Exit immediately instead of waiting for the stack services to converge (default true)
    --prune                     Prune services that are no longer referenced
    -q, --quiet                 Suppress progress output
    --resolve-image string      Query the registry to resolve image digest and supported platforms ("always", "changed", "never") (default "always")
    --with-registry-auth        Send registry authentication details to Swarm agents
  `),
    }),
    laterCommand('stack ls', {
      use: '[OPTIONS]',
      short: 'List stacks',
      aliases: 'docker stack ls, docker stack list',
      flags: [formatFlag({ table: true })],
    }),
    laterCommand('stack ps', {
      use: '[OPTIONS] STACK',
      short: 'List the tasks in the stack',
      flags: [
        ...flagsOf(`
    -f, --filter filter  Filter output based on conditions provided
    --no-resolve         Do not map IDs to Names
    --no-trunc           Do not truncate output
    -q, --quiet          Only display task IDs
  `),
        formatFlag({ table: true }),
      ],
    }),
    laterCommand('stack rm', {
      use: '[OPTIONS] STACK [STACK...]',
      short: 'Remove one or more stacks',
      aliases: 'docker stack rm, docker stack remove, docker stack down',
      flags: flagsOf(`
    -d, --detach  Do not wait for stack removal (default true)
  `),
    }),
    laterCommand('stack services', {
      use: '[OPTIONS] STACK',
      short: 'List the services in the stack',
      flags: [
        ...flagsOf(`
    -f, --filter filter  Filter output based on conditions provided
    -q, --quiet          Only display IDs
  `),
        formatFlag({ table: true }),
      ],
    }),
  ],
});
