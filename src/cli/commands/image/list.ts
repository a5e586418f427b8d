/** `docker images` and `docker image ls` */
import type { ImageSummary } from '../../../api/image.ts';
import { imageList } from '../../../client/images.ts';
import { between } from '../../command/command.ts';
import type { Command, CommandContext } from '../../command/command.ts';
import { boolFlag, filterFlag } from '../../flags/flag-spec.ts';
import { formatFlag } from '../../flags/format-flag.ts';
import { formatRows } from '../../format/formatter.ts';
import type { Row } from '../../format/formatter.ts';
import { truncateId } from '../../format/truncate-id.ts';
import { unixTime } from '../../format/unix-time.ts';
import { goQuote } from '../../go/quote.ts';
import { humanDuration, humanSize } from '../../go/units.ts';
import { parseReference } from '../../reference.ts';

const none = '<none>';

const headers = {
  ID: 'IMAGE ID',
  Repository: 'REPOSITORY',
  Tag: 'TAG',
  Digest: 'DIGEST',
  CreatedSince: 'CREATED',
  CreatedAt: 'CREATED AT',
  Size: 'SIZE',
  Containers: 'CONTAINERS',
  VirtualSize: 'SIZE',
  SharedSize: 'SHARED SIZE',
  UniqueSize: 'UNIQUE SIZE',
};

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
  const images = await imageList(client, { all: flags.bool('all'), filters, signal });
  const digests = flags.bool('digests');
  const format = formatSource(flags.string('format'), { quiet: flags.bool('quiet'), digests });
  const needsDigest = digests || format.includes('{{.Digest}}');
  const rows = images.flatMap((image) => rowsOf(image, { context, needsDigest, digests }));
  await out.write(formatRows(rows, { format, headers, typeName: '*formatter.imageContext' }));
  if (options.hints && images.length === 0 && name !== undefined && commandNames.includes(name)) {
    await context.err.write(
      `\nNo images found matching ${goQuote(name)}: did you mean "docker image ${name}"?\n`,
    );
  }
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

interface RowOptions {
  readonly context: CommandContext;
  /** A row for each digest, rather than one for all. */
  readonly needsDigest: boolean;
  /** `--digests` */
  readonly digests: boolean;
}

/** One row for each name of an image, or one of `<none>`. */
function rowsOf(image: ImageSummary, options: RowOptions): Row[] {
  const { context, needsDigest } = options;
  const row = (repository: string, tag: string, digest: string) =>
    rowOf(image, { context, repository, tag, digest });
  if (isDangling(image)) return [row(none, none, none)];
  const tags = byRepository(image.RepoTags, ({ tag }) => tag);
  const digests = byRepository(image.RepoDigests, ({ digest }) => digest);
  const rows: Row[] = [];
  for (const [repository, names] of tags) {
    const known = needsDigest ? (digests.get(repository) ?? []) : [];
    digests.delete(repository);
    for (const tag of names) {
      if (known.length === 0) rows.push(row(repository, tag, none));
      for (const digest of known) rows.push(row(repository, tag, digest));
    }
  }
  for (const [repository, known] of digests) {
    if (!options.digests) rows.push(row(repository, none, ''));
    else for (const digest of known) rows.push(row(repository, none, digest));
  }
  return rows;
}

function isDangling(image: ImageSummary): boolean {
  const tags = image.RepoTags ?? [];
  const digests = image.RepoDigests ?? [];
  if (tags.length === 0 && digests.length === 0) return true;
  return (
    tags.length === 1 &&
    tags[0] === '<none>:<none>' &&
    digests.length === 1 &&
    digests[0] === '<none>@<none>'
  );
}

function byRepository(
  references: readonly string[] | null,
  part: (reference: ReturnType<typeof parseReference>) => string | undefined,
): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const text of references ?? []) {
    try {
      const reference = parseReference(text);
      const value = part(reference);
      if (value === undefined) continue;
      const group = groups.get(reference.familiarName) ?? [];
      groups.set(reference.familiarName, [...group, value]);
    } catch {
      // A name that cannot be read has no row, as in the real program.
    }
  }
  return groups;
}

function rowOf(
  image: ImageSummary,
  options: {
    readonly context: CommandContext;
    readonly repository: string;
    readonly tag: string;
    readonly digest: string;
  },
): Row {
  const { context, repository, tag, digest } = options;
  const shared = image.SharedSize;
  return {
    ID: context.flags.bool('no-trunc') ? image.Id : truncateId(image.Id),
    Repository: repository,
    Tag: tag,
    Digest: digest,
    CreatedSince: `${humanDuration(context.now() - image.Created * 1000)} ago`,
    CreatedAt: unixTime(image.Created),
    Size: humanSize(image.Size, { precision: 3 }),
    Containers: image.Containers === -1 ? 'N/A' : String(image.Containers),
    VirtualSize: humanSize(image.Size),
    SharedSize: shared === -1 ? 'N/A' : humanSize(shared),
    UniqueSize: image.Size === -1 || shared === -1 ? 'N/A' : humanSize(image.Size - shared),
  };
}
