/**
 * `docker images --tree`: a line an image, laid out for the width of the terminal. An engine whose images are of one
 * platform each tells of no manifests, so nothing hangs below the images, and none is marked as in use.
 */
import type { ImageSummary } from '../../../api/image.ts';
import type { CommandContext } from '../../command/command.ts';
import { displayWidth, ellipsis } from '../../format/display-width.ts';
import { truncateId } from '../../format/truncate-id.ts';
import { humanSize } from '../../go/units.ts';

const widthDefault = 80;
const widthMin = 20;
const nameWidthMin = 12;
const spacing = '   ';
const columns = [
  { title: 'ID', width: 12 },
  { title: 'DISK USAGE', width: 10 },
  { title: 'CONTENT SIZE', width: 12 },
  { title: 'EXTRA', width: 5 },
] as const;

const warning =
  "WARNING: This is an experimental feature. The output may change and shouldn't be depended on.";

const unsupported = [
  ['quiet', 'quiet'],
  ['no-trunc', 'no-trunc'],
  ['digests', 'show-digest'],
] as const;

/** Throws for the flags that do not go with it. */
export function checkTreeFlags({ flags }: CommandContext): void {
  const refused =
    unsupported.find(([flag]) => flags.bool(flag))?.[1] ??
    (flags.string('format') === '' ? undefined : 'format');
  if (refused !== undefined) throw new Error(`--${refused} is not yet supported with --tree`);
}

export interface TreeOptions {
  readonly all: boolean;
  readonly terminal: boolean;
  /** Of the terminal; 0 when nobody knows. */
  readonly columns: number;
}

export function imageTree(images: readonly ImageSummary[], options: TreeOptions): string {
  const { all, terminal } = options;
  const width = options.columns || widthDefault;
  const shown = images
    .filter((image) => all || !isDangling(image))
    .toSorted((a, b) => b.Created - a.Created);
  const { nameWidth, count } = layOut(shown, width);
  const paint = terminal ? coloured : (text: string) => text;
  const heads = columns.slice(0, count).map(({ title, width: size }) => pad(head(title), size));
  const lines = [
    paint(warning, '93'),
    legend(width, terminal),
    '',
    [pad(head('IMAGE'), nameWidth), ...heads].join(spacing),
  ];
  for (const image of shown) {
    const names = image.RepoTags.toSorted((a, b) => b.length - a.length);
    const last = names.pop();
    for (const name of names) lines.push(paint(ellipsis(name, width), '34', '1'));
    const name =
      last === undefined
        ? paint(ellipsis('<untagged>', nameWidth), '39', '2')
        : paint(ellipsis(last, nameWidth), '34', '1');
    const cells = [truncateId(image.Id), humanSize(image.Size, { precision: 3 }), '0B'].map(
      (text, index) => pad(paint(text, '39'), -(columns[index]?.width ?? 0)),
    );
    const row = [...cells, pad('', columns[3].width)].slice(0, count);
    lines.push([pad(name, nameWidth), ...row].join(spacing));
  }
  return `${lines.join('\n')}\n`;
}

function isDangling({ RepoTags, RepoDigests }: ImageSummary): boolean {
  const none = (list: readonly string[], name: string): boolean =>
    list.length === 0 || (list.length === 1 && list[0] === name);
  return none(RepoTags, '<none>:<none>') && none(RepoDigests, '<none>@<none>');
}

/** Columns go, from the right, until the names have room; the names take no more of it than they need. */
function layOut(
  images: readonly ImageSummary[],
  width: number,
): { readonly nameWidth: number; readonly count: number } {
  let left = Math.max(width, widthMin);
  let count = 0;
  for (const column of columns) {
    const needed = column.width + spacing.length;
    if (left - needed < nameWidthMin) break;
    left -= needed;
    count += 1;
  }
  const names = images.flatMap(({ RepoTags }) => RepoTags);
  const widest = Math.max('Image'.length, ...names.map(displayWidth));
  return { nameWidth: Math.min(left, widest), count };
}

function legend(width: number, terminal: boolean): string {
  const plain = terminal ? 'i Info →   U  In Use ' : 'Info ->  U In Use ';
  const painted = terminal
    ? `${coloured('i', '1', '106', '30')}\x1b[0m ${coloured('Info → ', '96')}\x1b[0m ${coloured(' U ', '38;5;0', '48;5;14')} In Use `
    : plain;
  return ' '.repeat(Math.max(0, width - displayWidth(plain))) + painted;
}

/** The real program paints the heads of the columns wherever they go. */
function head(title: string): string {
  return coloured(title, '39', '1');
}

function coloured(text: string, ...codes: readonly string[]): string {
  return `${codes.map((code) => `\x1b[${code}m`).join('')}${text}\x1b[0m`;
}

/** To a number of columns; a negative one aligns to the right. */
function pad(text: string, size: number): string {
  const visible = displayWidth(text.replaceAll(/\x1b\[[0-9;]*m/g, ''));
  const fill = ' '.repeat(Math.max(0, Math.abs(size) - visible));
  return size < 0 ? fill + text : text + fill;
}
