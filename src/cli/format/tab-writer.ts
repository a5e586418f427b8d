/**
 * Elastic tab stops, as Go's text/tabwriter has them: a column is a run of lines whose cell there ends
 * in a tab, and is as wide as its widest cell.
 */
import { displayWidth } from './display-width.ts';

export interface TabOptions {
  readonly minWidth: number;
  readonly padding: number;
}

export function alignTabs(text: string, options: TabOptions): string {
  const lines = text.split('\n').map((line) => line.split('\t'));
  const widths = lines.map((): number[] => []);
  measure(lines, { widths, column: 0, from: 0, to: lines.length, tab: options });
  return lines
    .map((cells, row) =>
      cells
        .map((cell, column) => {
          const width = column === cells.length - 1 ? 0 : (widths[row]?.[column] ?? 0);
          return cell + ' '.repeat(Math.max(0, width - displayWidth(cell)));
        })
        .join(''),
    )
    .join('\n');
}

function measure(
  lines: readonly (readonly string[])[],
  options: {
    readonly widths: readonly number[][];
    readonly column: number;
    readonly from: number;
    readonly to: number;
    readonly tab: TabOptions;
  },
): void {
  const { widths, column, to, tab } = options;
  // The last cell of a line is not ended by a tab and so belongs to no column.
  const inColumn = (row: number) => (lines[row]?.length ?? 0) - 1 > column;
  for (let row = options.from; row < to; row += 1) {
    if (!inColumn(row)) continue;
    let end = row;
    let width = tab.minWidth;
    for (; end < to && inColumn(end); end += 1) {
      width = Math.max(width, displayWidth(lines[end]?.[column] ?? '') + tab.padding);
    }
    for (let inner = row; inner < end; inner += 1) widths[inner]?.push(width);
    measure(lines, { widths, column: column + 1, from: row, to: end, tab });
    row = end;
  }
}
