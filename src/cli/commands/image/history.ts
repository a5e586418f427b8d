/** `docker history` */
import type { ImageHistoryItem } from '../../../api/image.ts';
import { imageHistory } from '../../../client/images.ts';
import { exactly } from '../../command/command.ts';
import type { Command, CommandContext } from '../../command/command.ts';
import { boolFlag, stringFlag } from '../../flags/flag-spec.ts';
import { formatFlag } from '../../flags/format-flag.ts';
import { ellipsis } from '../../format/display-width.ts';
import { formatRows } from '../../format/formatter.ts';
import type { Row } from '../../format/formatter.ts';
import { truncateId } from '../../format/truncate-id.ts';
import { rfc3339 } from '../../format/unix-time.ts';
import { parsePlatform } from '../../platform.ts';
import { humanDuration, humanSize } from '../../go/units.ts';

const headers = {
  ID: 'IMAGE',
  CreatedSince: 'CREATED',
  CreatedAt: 'CREATED AT',
  CreatedBy: 'CREATED BY',
  Size: 'SIZE',
  Comment: 'COMMENT',
};

/** 1 January 2000: dates before it are placeholders of reproducible builds. */
const epochSeconds = 946_684_800;

export const history: Command = {
  use: '[OPTIONS] IMAGE',
  short: 'Show the history of an image',
  aliases: 'docker image history, docker history',
  arguments: exactly(1),
  flags: [
    formatFlag({ table: true }),
    boolFlag('human', 'Print sizes and dates in human readable format (default true)', {
      short: 'H',
      initial: true,
    }),
    boolFlag('no-trunc', "Don't truncate output"),
    stringFlag(
      'platform',
      'Show history for the given platform. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")',
    ),
    boolFlag('quiet', 'Only show image IDs', { short: 'q' }),
  ],
  async run(context) {
    const { flags, client, args, out } = context;
    const given = flags.string('platform');
    const items = await imageHistory(client, {
      image: args[0] ?? '',
      ...(given === '' ? {} : { platform: parsePlatform(given) }),
    });
    const rows = items.map((item) => rowOf(item, context));
    const format = formatSource(flags.string('format'), {
      quiet: flags.bool('quiet'),
      human: flags.bool('human'),
    });
    await out.write(formatRows(rows, { format, headers, typeName: '*image.historyContext' }));
  },
};

function formatSource(
  format: string,
  options: { readonly quiet: boolean; readonly human: boolean },
): string {
  if (format !== '' && format !== 'table') return format;
  if (options.quiet) return '{{.ID}}';
  const created = options.human ? 'CreatedSince' : 'CreatedAt';
  return `table {{.ID}}\t{{.${created}}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}`;
}

function rowOf(item: ImageHistoryItem, context: CommandContext): Row {
  const truncated = !context.flags.bool('no-trunc');
  const human = context.flags.bool('human');
  const createdAt = rfc3339(item.Created);
  const age = `${humanDuration(context.now() - item.Created * 1000)} ago`;
  const createdBy = item.CreatedBy.replaceAll('\t', ' ');
  return {
    ID: truncated ? truncateId(item.Id) : item.Id,
    CreatedAt: createdAt,
    CreatedSince: human ? (item.Created <= epochSeconds ? 'N/A' : age) : createdAt,
    CreatedBy: truncated ? ellipsis(createdBy, 45) : createdBy,
    Size: human ? humanSize(item.Size, { precision: 3 }) : String(item.Size),
    Comment: item.Comment,
  };
}
