/** `docker network ls` */
import type { NetworkInspect } from '../../../api/network.ts';
import { networkList } from '../../../client/networks.ts';
import { noArguments } from '../../command/command.ts';
import type { Command, CommandContext } from '../../command/command.ts';
import { boolFlag, filterFlag } from '../../flags/flag-spec.ts';
import { formatFlag } from '../../flags/format-flag.ts';
import { formatRows } from '../../format/formatter.ts';
import type { Row } from '../../format/formatter.ts';
import { goTime } from '../../format/unix-time.ts';
import { naturalCompare } from '../../format/natural-compare.ts';
import { truncateId } from '../../format/truncate-id.ts';

const headers = {
  ID: 'NETWORK ID',
  Name: 'NAME',
  Driver: 'DRIVER',
  Scope: 'SCOPE',
  IPv4: 'IPV4',
  IPv6: 'IPV6',
  Internal: 'INTERNAL',
  Labels: 'LABELS',
  CreatedAt: 'CREATED AT',
};

export const list: Command = {
  use: '[OPTIONS]',
  short: 'List networks',
  aliases: 'docker network ls, docker network list',
  arguments: noArguments,
  flags: [
    filterFlag('Provide filter values (e.g. "driver=bridge")', { short: 'f' }),
    formatFlag({ table: true }),
    boolFlag('no-trunc', 'Do not truncate the output'),
    boolFlag('quiet', 'Only display network IDs', { short: 'q' }),
  ],
  async run(context) {
    const { flags, client, out } = context;
    const networks = await networkList(client, { filters: flags.filters() });
    const quiet = flags.bool('quiet');
    const configured = quiet ? '' : context.config.string('networksFormat');
    const format = formatSource(flags.string('format') || configured, quiet);
    const rows = networks
      .toSorted((a, b) => naturalCompare(a.Name, b.Name))
      .map((network) => rowOf(network, context));
    await out.write(formatRows(rows, { format, headers, typeName: '*network.networkContext' }));
  },
};

function formatSource(format: string, quiet: boolean): string {
  if (format === '' || format === 'table') {
    return quiet ? '{{.ID}}' : 'table {{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.Scope}}';
  }
  if (format !== 'raw') return format;
  if (quiet) return 'network_id: {{.ID}}';
  return 'network_id: {{.ID}}\\nname: {{.Name}}\\ndriver: {{.Driver}}\\nscope: {{.Scope}}\\n';
}

function rowOf(network: NetworkInspect, context: CommandContext): Row {
  const labels = network.Labels ?? {};
  return {
    ID: context.flags.bool('no-trunc') ? network.Id : truncateId(network.Id),
    Name: network.Name,
    Driver: network.Driver,
    Scope: network.Scope,
    IPv4: String(network.EnableIPv4),
    IPv6: String(network.EnableIPv6),
    Internal: String(network.Internal),
    Labels: Object.entries(labels)
      .map(([name, value]) => `${name}=${value}`)
      .join(','),
    Label: (name: unknown) => labels[String(name)] ?? '',
    CreatedAt: goTime(network.Created),
  };
}
