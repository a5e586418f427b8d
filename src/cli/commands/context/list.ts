/** `docker context ls` */
import { noArguments } from '../../command/command.ts';
import type { Command } from '../../command/command.ts';
import { boolFlag } from '../../flags/flag-spec.ts';
import { formatFlag } from '../../flags/format-flag.ts';
import { formatRows } from '../../format/formatter.ts';
import { defaultContext, defaultDescription, defaultHost } from './default-context.ts';

const headers = {
  Name: 'NAME',
  Description: 'DESCRIPTION',
  DockerEndpoint: 'DOCKER ENDPOINT',
  Error: 'ERROR',
};

const table =
  'table {{.Name}}{{if .Current}} *{{end}}\t{{.Description}}\t{{.DockerEndpoint}}\t{{.Error}}';

export const list: Command = {
  use: '[OPTIONS]',
  short: 'List contexts',
  aliases: 'docker context ls, docker context list',
  arguments: noArguments,
  flags: [
    formatFlag({ table: true }),
    boolFlag('quiet', 'Only show context names', { short: 'q' }),
  ],
  async run(context) {
    const { flags, invocation, out, err } = context;
    const given = flags.string('format');
    const format = flags.bool('quiet')
      ? '{{.Name}}'
      : given === '' || given === 'table'
        ? table
        : given;
    const host = invocation.env['DOCKER_HOST'] ?? '';
    const row = {
      Current: true,
      Description: defaultDescription,
      DockerEndpoint: host || defaultHost,
      Error: '',
      Name: defaultContext,
    };
    const typeName = '*formatter.clientContextContext';
    await out.write(formatRows([row], { format, headers, typeName }));
    if (host === '') return;
    await err.line(
      'Warning: DOCKER_HOST environment variable overrides the active context. To use a context, either set the global --context flag, or unset DOCKER_HOST environment variable.',
    );
  },
};
