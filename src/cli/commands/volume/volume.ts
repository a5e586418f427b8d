/** `docker volume create`, `inspect` is with the other inspects, `ls`, `rm` and `prune`. */
import type { Volume } from '../../../api/volume.ts';
import { volumeCreate, volumeList, volumeRemove, volumesPrune } from '../../../client/volumes.ts';
import { atLeast, between, noArguments } from '../../command/command.ts';
import type { Command } from '../../command/command.ts';
import { validateLabel } from '../../container-config/validators.ts';
import {
  boolFlag,
  bytesFlag,
  cut,
  filterFlag,
  listFlag,
  mapFlag,
  stringFlag,
} from '../../flags/flag-spec.ts';
import { formatFlag } from '../../flags/format-flag.ts';
import { formatRows } from '../../format/formatter.ts';
import type { Row } from '../../format/formatter.ts';
import { naturalCompare } from '../../format/natural-compare.ts';
import { humanSize } from '../../go/units.ts';
import { confirm } from '../confirm.ts';
import { eachName } from '../each-name.ts';

export const volumeCreateCommand: Command = {
  use: '[OPTIONS] [VOLUME]',
  short: 'Create a volume',
  arguments: between(0, 1),
  flags: [
    stringFlag(
      'availability',
      'Cluster Volume availability ("active", "pause", "drain") (default "active")',
      { initial: 'active' },
    ),
    stringFlag('driver', 'Specify volume driver name (default "local")', {
      short: 'd',
      initial: 'local',
    }),
    stringFlag('group', 'Cluster Volume group (cluster volumes)'),
    listFlag('label', 'Set metadata for a volume', { validate: validateLabel }),
    bytesFlag('limit-bytes', 'Minimum size of the Cluster Volume in bytes'),
    stringFlag('name', 'Specify volume name', { hidden: true }),
    mapFlag('opt', 'Set driver specific options (default map[])', { short: 'o' }),
    bytesFlag('required-bytes', 'Maximum size of the Cluster Volume in bytes'),
    stringFlag('scope', 'Cluster Volume access scope ("single", "multi") (default "single")', {
      initial: 'single',
    }),
    mapFlag('secret', 'Cluster Volume secrets (default map[])'),
    stringFlag(
      'sharing',
      'Cluster Volume access sharing ("none", "readonly", "onewriter", "all") (default "none")',
      { initial: 'none' },
    ),
    listFlag('topology-preferred', 'A topology that the Cluster Volume would be preferred in'),
    listFlag('topology-required', 'A topology that the Cluster Volume must be accessible from'),
    stringFlag('type', 'Cluster Volume access type ("mount", "block") (default "block")', {
      initial: 'block',
    }),
  ],
  async run(context) {
    const { flags, args } = context;
    if (args.length > 0 && flags.string('name') !== '') {
      throw new Error(
        'conflicting options: cannot specify a volume-name through both --name and as a positional arg',
      );
    }
    const volume = await volumeCreate(context.client, {
      Name: args[0] ?? flags.string('name'),
      Driver: flags.string('driver'),
      DriverOpts: flags.map('opt'),
      Labels: Object.fromEntries(
        flags.list('label').map((label) => [cut(label, '=')[0], cut(label, '=')[1] ?? '']),
      ),
    });
    await context.out.line(volume.Name);
  },
};

const headers = {
  ID: 'ID',
  Name: 'VOLUME NAME',
  Group: 'GROUP',
  Driver: 'DRIVER',
  Scope: 'SCOPE',
  Availability: 'AVAILABILITY',
  Mountpoint: 'MOUNTPOINT',
  Labels: 'LABELS',
  Links: 'LINKS',
  Size: 'SIZE',
  Status: 'STATUS',
};

export const volumeListCommand: Command = {
  use: '[OPTIONS]',
  short: 'List volumes',
  aliases: 'docker volume ls, docker volume list',
  arguments: noArguments,
  flags: [
    boolFlag('cluster', 'Display only cluster volumes, and use cluster volume list formatting'),
    filterFlag('Provide filter values (e.g. "dangling=true")', { short: 'f' }),
    formatFlag({ table: true }),
    boolFlag('quiet', 'Only display volume names', { short: 'q' }),
  ],
  async run(context) {
    const { flags, client, out } = context;
    const { Volumes } = await volumeList(client, { filters: flags.filters() });
    const given = flags.string('format');
    const isDefault = given === '' || given === 'table';
    const table = flags.bool('quiet') ? '{{.Name}}' : 'table {{.Driver}}\t{{.Name}}';
    const volumes = (Volumes ?? []).toSorted((a, b) => naturalCompare(a.Name, b.Name));
    const format = isDefault ? table : given;
    const typeName = '*formatter.volumeContext';
    await out.write(formatRows(volumes.map(rowOf), { format, headers, typeName }));
  },
};

function rowOf(volume: Volume): Row {
  const labels = volume.Labels ?? {};
  return {
    Name: volume.Name,
    Driver: volume.Driver,
    Scope: volume.Scope,
    Mountpoint: volume.Mountpoint,
    Labels: Object.entries(labels)
      .map(([name, value]) => `${name}=${value}`)
      .join(','),
    Label: (name: unknown) => labels[String(name)] ?? '',
    Links: 'N/A',
    Size: 'N/A',
    Group: 'N/A',
    Availability: 'N/A',
    Status: 'N/A',
  };
}

export const volumeRemoveCommand: Command = {
  use: '[OPTIONS] VOLUME [VOLUME...]',
  short: 'Remove one or more volumes',
  long: 'Remove one or more volumes. You cannot remove a volume that is in use by a container.',
  aliases: 'docker volume rm, docker volume remove',
  arguments: atLeast(1),
  flags: [boolFlag('force', 'Force the removal of one or more volumes', { short: 'f' })],
  run(context) {
    const force = context.flags.bool('force');
    const action = (volume: string) => volumeRemove(context.client, { volume, force });
    return eachName(context, action, { serial: true });
  },
};

const question = 'Are you sure you want to continue?';
const unusedWarning = `WARNING! This will remove anonymous local volumes not used by at least one container.\n${question}`;
const allWarning = `WARNING! This will remove all local volumes not used by at least one container.\n${question}`;

export const volumePruneCommand: Command = {
  use: '[OPTIONS]',
  short: 'Remove unused local volumes',
  arguments: noArguments,
  flags: [
    boolFlag('all', 'Remove all unused volumes, not just anonymous ones', { short: 'a' }),
    filterFlag('Provide filter values (e.g. "label=<label>")'),
    boolFlag('force', 'Do not prompt for confirmation', { short: 'f' }),
  ],
  async run(context) {
    const { flags, client, out } = context;
    const all = flags.bool('all');
    const given = flags.filters();
    if (all && given['all'] !== undefined) {
      throw new Error('conflicting options: cannot specify both --all and --filter all=1');
    }
    if (!flags.bool('force')) await confirm(context, all ? allWarning : unusedWarning);
    const filters = all ? { ...given, all: ['true'] } : given;
    const report = await volumesPrune(client, { filters });
    const names = report.VolumesDeleted ?? [];
    if (names.length > 0) {
      await out.write(`Deleted Volumes:\n${names.map((name) => `${name}\n`).join('')}\n`);
    }
    const reclaimed = names.length > 0 ? report.SpaceReclaimed : 0;
    await out.line(`Total reclaimed space: ${humanSize(reclaimed)}`);
  },
};
