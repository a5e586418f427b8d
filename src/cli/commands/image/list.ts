/** `docker images` and `docker image ls` */
import { imageList } from '../../../client/images.ts';
import { between } from '../../command/command.ts';
import type { Command, CommandContext } from '../../command/command.ts';
import { boolFlag, filterFlag } from '../../flags/flag-spec.ts';
import { formatFlag } from '../../flags/format-flag.ts';
import { checkTreeFlags, imageTree } from './image-tree.ts';
import { imageHeaders, imageRows, imageTypeName } from './image-row.ts';
import { formatRows } from '../../format/formatter.ts';
import { goQuote } from '../../../lib/go-quote.ts';

/** Names of commands that people look for as if they were images. */
const commandNames = 'build history import inspect list load ls prune pull push rm save tag'.split(
  ' ',
);

/** `hints` adds the hint of `docker images ls`, which `docker image ls` does not need. */
export function imageListCommand(options: { readonly hints: boolean }): Command {
  return {
    use: '[OPTIONS] [REPOSITORY[:TAG]]',
    short: 'List images',
    aliases: 'docker image ls, docker image list, docker images',
    arguments: between(0, 1),
    flags: [
      boolFlag('all', 'Show all images (default hides intermediate images)', { short: 'a' }),
      boolFlag('digests', 'Show digests'),
      filterFlag('Filter output based on conditions provided', { short: 'f' }),
      formatFlag({ table: true }),
      boolFlag('no-trunc', "Don't truncate output"),
      boolFlag('quiet', 'Only show image IDs', { short: 'q' }),
      boolFlag('tree', 'List multi-platform images as a tree (EXPERIMENTAL)'),
    ],
    run: (context) => listImages(context, options),
  };
}

async function listImages(
  context: CommandContext,
  options: { readonly hints: boolean },
): Promise<void> {
  const { flags, args, client, signal, out } = context;
  const [name] = args;
  const given = flags.filters();
  const filters =
    name === undefined ? given : { ...given, reference: [...(given['reference'] ?? []), name] };
  const tree = flags.bool('tree');
  if (tree) checkTreeFlags(context);
  const images = await imageList(client, {
    all: flags.bool('all'),
    manifests: tree,
    filters,
    signal,
  });
  if (tree) {
    const { columns } = context.invocation.terminal;
    const { terminal } = out;
    return out.write(
      imageTree(images, { all: flags.bool('all'), terminal, columns: terminal ? columns : 0 }),
    );
  }
  const digests = flags.bool('digests');
  const format = formatSource(givenFormat(context), { quiet: flags.bool('quiet'), digests });
  const needsDigest = digests || format.includes('{{.Digest}}');
  const rows = images.flatMap((image) =>
    imageRows(image, {
      truncated: !flags.bool('no-trunc'),
      nowMs: context.now(),
      needsDigest,
      digests,
    }),
  );
  await out.write(formatRows(rows, { format, headers: imageHeaders, typeName: imageTypeName }));
  if (options.hints && images.length === 0 && name !== undefined && commandNames.includes(name)) {
    await context.err.write(
      `\nNo images found matching ${goQuote(name)}: did you mean "docker image ${name}"?\n`,
    );
  }
}

/** Of the flag, or of the configuration when more than IDs is wanted. */
function givenFormat({ flags, config }: CommandContext): string {
  return flags.string('format') || (flags.bool('quiet') ? '' : config.string('imagesFormat'));
}

function formatSource(
  format: string,
  options: { readonly quiet: boolean; readonly digests: boolean },
): string {
  const { quiet, digests } = options;
  if (format === '' || format === 'table') {
    if (quiet) return '{{.ID}}';
    const digest = digests ? '{{.Digest}}\t' : '';
    return `table {{.Repository}}\t{{.Tag}}\t${digest}{{.ID}}\t{{.CreatedSince}}\t{{.Size}}`;
  }
  if (format === 'raw') {
    if (quiet) return 'image_id: {{.ID}}';
    const digest = digests ? 'digest: {{.Digest}}\n' : '';
    return `repository: {{ .Repository }}\ntag: {{.Tag}}\n${digest}image_id: {{.ID}}\ncreated_at: {{.CreatedAt}}\nvirtual_size: {{.Size}}\n`;
  }
  const adds = format.startsWith('table') && digests && !format.includes('{{.Digest}}');
  return adds ? `${format}\t{{.Digest}}` : format;
}
