/** `docker node …`: known, its engine part is still to come. */
import { flagsOf } from '../../flags/flag-table.ts';
import { formatFlag } from '../../flags/format-flag.ts';
import { laterCommand, laterGroup } from './later-command.ts';

export const node = laterGroup({
  name: 'node',
  short: 'Manage Swarm nodes',
  section: 'hidden',
  children: [
    laterCommand('node demote', {
      use: 'NODE [NODE...]',
      short: 'Demote one or more nodes from manager in the swarm',
      flags: [],
    }),
    laterCommand('node inspect', {
      use: '[OPTIONS] self|NODE [NODE...]',
      short: 'Display detailed information on one or more nodes',
      flags: [
        ...flagsOf(`
    --pretty  Print the information in a human friendly format
  `),
        formatFlag({ table: false, short: 'f' }),
      ],
    }),
    laterCommand('node ls', {
      use: '[OPTIONS]',
      short: 'List nodes in the swarm',
      aliases: 'docker node ls, docker node list',
      flags: [
        ...flagsOf(`
    -f, --filter filter  Filter output based on conditions provided
    -q, --quiet          Only display IDs
  `),
        formatFlag({ table: true }),
      ],
    }),
    laterCommand('node promote', {
      use: 'NODE [NODE...]',
      short: 'Promote one or more nodes to manager in the swarm',
      flags: [],
    }),
    laterCommand('node ps', {
      use: '[OPTIONS] [NODE...]',
      short: 'List tasks running on one or more nodes, defaults to current node',
      flags: flagsOf(`
    -f, --filter filter  Filter output based on conditions provided
    --format string      Pretty-print tasks using a Go template
    --no-resolve         Do not map IDs to Names
    --no-trunc           Do not truncate output
    -q, --quiet          Only display task IDs
  `),
    }),
    laterCommand('node rm', {
      use: '[OPTIONS] NODE [NODE...]',
      short: 'Remove one or more nodes from the swarm',
      aliases: 'docker node rm, docker node remove',
      flags: flagsOf(`
    -f, --force  Force remove a node from the swarm
  `),
    }),
    laterCommand('node update', {
      use: '[OPTIONS] NODE',
      short: 'Update a node',
      flags: flagsOf(`
    --availability string  Availability of the node ("active", "pause", "drain")
    --label-add list       Add or update a node label ("key=value")
    --label-rm list        Remove a node label if exists
    --role string          Role of the node ("worker", "manager")
  `),
    }),
  ],
});
