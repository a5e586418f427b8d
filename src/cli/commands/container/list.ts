/** `docker ps` and `docker container ls` */
import type { ContainerSummary } from '../../../api/container.ts';
import { containerList } from '../../../client/containers.ts';
import { errorMessage } from '../../../lib/errors.ts';
import { noArguments } from '../../command/command.ts';
import type { Command, CommandContext } from '../../command/command.ts';
import { boolFlag, filterFlag, intFlag } from '../../flags/flag-spec.ts';
import { formatFlag } from '../../flags/format-flag.ts';
import { ellipsis } from '../../format/display-width.ts';
import { checkRowTemplate, formatRows } from '../../format/formatter.ts';
import type { Row } from '../../format/formatter.ts';
import { displayPorts } from '../../format/ports.ts';
import { unixTime } from '../../format/unix-time.ts';
import { goQuote } from '../../go/quote.ts';
import { humanDuration, humanSize } from '../../go/units.ts';
import { familiarString, parseReference } from '../../reference.ts';
import { NilValue } from '../../template/print-value.ts';
import { truncateId } from '../../format/truncate-id.ts';

const typeName = '*formatter.ContainerContext';

const headers = {
  ID: 'CONTAINER ID',
  Names: 'NAMES',
  Image: 'IMAGE',
  Command: 'COMMAND',
  CreatedAt: 'CREATED AT',
  RunningFor: 'CREATED',
  Ports: 'PORTS',
  State: 'STATE',
  Status: 'STATUS',
  Size: 'SIZE',
  Labels: 'LABELS',
  Mounts: 'MOUNTS',
  LocalVolumes: 'LOCAL VOLUMES',
  Networks: 'NETWORKS',
  Platform: 'PLATFORM',
};

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
    const format = flags.string('format');
    const quiet = flags.bool('quiet');
    if (format !== '' && quiet) {
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
    const rows = containers.map((container) => rowOf(container, context));
    const source = formatSource(format, { quiet, size });
    await context.out.write(formatRows(rows, { format: source, headers, typeName }));
  },
};

/** The cells the template uses. */
function checkFormat(format: string, context: CommandContext): readonly string[] {
  try {
    return checkRowTemplate(format, { row: rowOf(emptySummary, context), typeName });
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

function rowOf(container: ContainerSummary, context: CommandContext): Row {
  const truncated = !context.flags.bool('no-trunc');
  const labels = container.Labels ?? {};
  return {
    ID: truncated ? truncateId(container.Id) : container.Id,
    Names: namesOf(container, truncated),
    Image: imageOf(container, truncated),
    Command: goQuote(truncated ? ellipsis(container.Command, 20) : container.Command),
    CreatedAt: unixTime(container.Created),
    RunningFor: `${humanDuration(context.now() - container.Created * 1000)} ago`,
    Platform: new NilValue('<nil>'),
    Ports: displayPorts(container.Ports ?? []),
    State: container.State,
    Status: container.Status,
    Size: sizeOf(container),
    Labels: Object.entries(labels)
      .map(([name, value]) => `${name}=${value}`)
      .toSorted()
      .join(','),
    Label: (name: unknown) => labels[String(name)] ?? '',
    Mounts: (container.Mounts ?? [])
      .map((mount) => mount.Name || mount.Source)
      .map((name) => (truncated ? ellipsis(name, 15) : name))
      .join(','),
    LocalVolumes: String(
      (container.Mounts ?? []).filter((mount) => mount.Driver === 'local').length,
    ),
    Networks: Object.keys(container.NetworkSettings?.Networks ?? {}).join(','),
  };
}

/** Without slashes, and without the names that links gave it. */
function namesOf(container: ContainerSummary, truncated: boolean): string {
  const names = container.Names.map((name) => name.slice(1));
  const own = names.find((name) => !name.includes('/'));
  return truncated && own !== undefined ? own : names.join(',');
}

function imageOf(container: ContainerSummary, truncated: boolean): string {
  if (container.Image === '') return '<no image>';
  if (!truncated) return container.Image;
  const id = truncateId(container.ImageID);
  if (id === truncateId(container.Image)) return id;
  try {
    const { name, familiarName, tag } = parseReference(container.Image);
    return familiarString({ name, familiarName, ...(tag === undefined ? {} : { tag }) });
  } catch {
    return container.Image;
  }
}

function sizeOf(container: ContainerSummary): string {
  const own = humanSize(container.SizeRw ?? 0, { precision: 3 });
  const total = container.SizeRootFs ?? 0;
  return total > 0 ? `${own} (virtual ${humanSize(total, { precision: 3 })})` : own;
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
