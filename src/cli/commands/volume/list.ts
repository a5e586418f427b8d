/** `docker volume ls` */
import { volumeList } from '../../../client/volumes.ts';
import { noArguments } from '../../command/command.ts';
import type { Command } from '../../command/command.ts';
import { boolFlag, filterFlag } from '../../flags/flag-spec.ts';
import { formatFlag } from '../../flags/format-flag.ts';
import { formatRows } from '../../format/formatter.ts';
import { naturalCompare } from '../../format/natural-compare.ts';
import { volumeHeaders, volumeRow, volumeTypeName } from './volume-row.ts';

export const list: Command = {
  use: '[OPTIONS]',
  short: 'List volumes',
  aliases: 'docker volume ls, docker volume list',
  arguments: noArguments,
  flags: [
    boolFlag('cluster', 'Display only cluster volumes', { hidden: true }),
    filterFlag('Provide filter values (e.g. "dangling=true")', { short: 'f' }),
    formatFlag({ table: true }),
    boolFlag('quiet', 'Only display volume names', { short: 'q' }),
  ],
  async run(context) {
    const { flags, client, out } = context;
    const { Volumes } = await volumeList(client, { filters: flags.filters() });
    const quiet = flags.bool('quiet');
    const cluster = flags.bool('cluster');
    const given = flags.string('format') || (quiet ? '' : context.config.string('volumesFormat'));
    const format = cluster ? clusterFormat(quiet) : formatSource(given, quiet);
    // This engine has no cluster, and so no volumes of one.
    const rows = (cluster ? [] : (Volumes ?? []))
      .toSorted((a, b) => naturalCompare(a.Name, b.Name))
      .map((volume) => volumeRow(volume));
    const options = { format, headers: volumeHeaders, typeName: volumeTypeName };
    await out.write(formatRows(rows, options));
  },
};

function formatSource(format: string, quiet: boolean): string {
  if (format === '' || format === 'table') {
    return quiet ? '{{.Name}}' : 'table {{.Driver}}\t{{.Name}}';
  }
  if (format !== 'raw') return format;
  return quiet ? 'name: {{.Name}}' : 'name: {{.Name}}\ndriver: {{.Driver}}\n';
}

function clusterFormat(quiet: boolean): string {
  if (quiet) return '{{.Name}}';
  return 'table {{.Name}}\t{{.Group}}\t{{.Driver}}\t{{.Availability}}\t{{.Status}}';
}
