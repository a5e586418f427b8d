/** The option list of a help text: aligned in two columns and wrapped as pflag wraps. */
import type { FlagSpec } from './flag-spec.ts';

/** How far a line may run over rather than leave a short orphan. */
const slop = 5;

/** Below this many columns for the text, wrapping makes it worse. */
const columnsMin = 24;

export function flagUsages(specs: readonly FlagSpec[], columns: number): string {
  const shown = specs
    .filter((spec) => spec.hidden !== true)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const heads = shown.map(head);
  const widest = Math.max(0, ...heads.map((text) => text.length));
  return shown
    .map((spec, index) => {
      const left = (heads[index] ?? '').padEnd(widest);
      return `${left}   ${wrap(spec.usage, { indent: widest + 3, columns })}`;
    })
    .join('\n');
}

function head(spec: FlagSpec): string {
  const names = spec.short === undefined ? `    --${spec.name}` : `-${spec.short}, --${spec.name}`;
  return `  ${names}${spec.label === '' ? '' : ` ${spec.label}`}`;
}

function wrap(
  text: string,
  options: { readonly indent: number; readonly columns: number },
): string {
  let { indent } = options;
  let room = options.columns - indent;
  let wrapped = '';
  if (room < columnsMin) {
    indent = 16;
    room = options.columns - indent;
    wrapped = `\n${' '.repeat(indent)}`;
  }
  if (room < columnsMin) return text.replaceAll('\n', wrapped);
  const margin = `\n${' '.repeat(indent)}`;
  const lines: string[] = [];
  for (let rest = text; rest !== '' || lines.length === 0;) {
    const [line, tail] = takeLine(rest, room - slop);
    lines.push(line.replaceAll('\n', margin));
    rest = tail;
  }
  return wrapped + lines.join(margin);
}

function takeLine(text: string, width: number): [string, string] {
  if (width + slop > text.length) return [text, ''];
  const start = text.slice(0, width);
  const space = Math.max(start.lastIndexOf(' '), start.lastIndexOf('\t'), start.lastIndexOf('\n'));
  if (space <= 0) return [text, ''];
  const newline = start.lastIndexOf('\n');
  const at = newline > 0 && newline < space ? newline : space;
  return [text.slice(0, at), text.slice(at + 1)];
}
