/** `docker ps` and `docker container ls` */
import type { ContainerSummary } from '../../../api/container.ts';
import { containerList } from '../../../client/containers.ts';
import { errorMessage } from '../../../lib/errors.ts';
import { noArguments } from '../../command/command.ts';
import type { Command, CommandContext } from '../../command/command.ts';
import { boolFlag, filterFlag, intFlag } from '../../flags/flag-spec.ts';
import { formatFlag } from '../../flags/format-flag.ts';
import { containerHeaders, containerRow, containerTypeName } from './container-row.ts';
import { checkRowTemplate, formatRows } from '../../format/formatter.ts';

const columns = ['ID', 'Image', 'Command', 'RunningFor', 'Status', 'Ports', 'Names'];

export const list: Command = {
  use: '[OPTIONS]',
  short: 'List containers',
  aliases: 'docker container ls, docker container list, docker container ps, docker ps',
  arguments: noArguments,
  flags: [
    boolFlag('all', 'Show all containers (default shows just running)', { short: 'a' }),
    filterFlag('Filter output based on conditions provided', { short: 'f' }),
    formatFlag({ table: true }),
    intFlag('last', 'Show n last created containers (includes all states) (default -1)', {
      short: 'n',
      initial: -1,
    }),
    boolFlag('latest', 'Show the latest created container (includes all states)', { short: 'l' }),
    boolFlag('no-trunc', "Don't truncate output"),
    boolFlag('quiet', 'Only display container IDs', { short: 'q' }),
    boolFlag('size', 'Display total file sizes', { short: 's' }),
  ],
  async run(context) {
    const { flags } = context;
    const given = flags.string('format');
    const format = given || context.config.string('psFormat');
    const quiet = flags.bool('quiet');
    if (given !== '' && quiet) {
      await context.err.line(
        'WARNING: Ignoring custom format, because both --format and --quiet are set.',
      );
    }
    const usesSize = format !== '' && checkFormat(format, context).includes('Size');
    const size = flags.bool('size') || (usesSize && !quiet && !flags.changed('size'));
    const limit = flags.bool('latest') && flags.number('last') === -1 ? 1 : flags.number('last');
    const containers = await containerList(context.client, {
      all: flags.bool('all'),
      size,
      limit,
      filters: flags.filters(),
      signal: context.signal,
    });
    const rows = containers.map((container) => containerRow(container, rowOptions(context)));
    const source = formatSource(format, { quiet, size });
    await context.out.write(
      formatRows(rows, { format: source, headers: containerHeaders, typeName: containerTypeName }),
    );
  },
};

function rowOptions(context: CommandContext) {
  return { truncated: !context.flags.bool('no-trunc'), nowMs: context.now() };
}

/** The cells the template uses. */
function checkFormat(format: string, context: CommandContext): readonly string[] {
  try {
    return checkRowTemplate(format, {
      row: containerRow(emptySummary, rowOptions(context)),
      typeName: containerTypeName,
    });
  } catch (error) {
    throw new Error(errorMessage(error), { cause: error });
  }
}

function formatSource(
  format: string,
  options: { readonly quiet: boolean; readonly size: boolean },
): string {
  const { quiet, size } = options;
  if (format === 'raw') return quiet ? 'container_id: {{.ID}}' : rawFormat(size);
  if (quiet) return '{{.ID}}';
  if (format !== '' && format !== 'table') return format;
  const cells = size ? [...columns, 'Size'] : columns;
  return `table ${cells.map((cell) => `{{.${cell}}}`).join('\t')}`;
}

function rawFormat(size: boolean): string {
  return [
    'container_id: {{.ID}}',
    'image: {{.Image}}',
    'command: {{.Command}}',
    'created_at: {{.CreatedAt}}',
    'state: {{- pad .State 1 0}}',
    'status: {{- pad .Status 1 0}}',
    'names: {{.Names}}',
    'labels: {{- pad .Labels 1 0}}',
    'ports: {{- pad .Ports 1 0}}',
    size ? 'size: {{.Size}}\n' : '',
  ].join('\n');
}

const emptySummary: ContainerSummary = {
  Id: '',
  Names: [],
  Image: '',
  ImageID: '',
  Command: '',
  Created: 0,
  Ports: [],
  Labels: {},
  State: 'created',
  Status: '',
  HostConfig: {},
  NetworkSettings: null,
  Mounts: [],
};
