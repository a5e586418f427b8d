/** Collects the figures of one run and prints them as a table, as JSON and as a Markdown page. */
import { cpus, release, totalmem } from 'node:os';
import { type Summary, summarize } from './stats.ts';

export type Unit = 'ms' | 'MB' | 'MB/s' | 'requests/s' | 'machines';

interface Row extends Summary {
  readonly name: string;
  readonly unit: Unit;
  /** Name of another row that this one is compared with. */
  readonly comparedWith: string | undefined;
  readonly target: Target;
}

/** What a row should reach: a median, or a ratio to the row it is compared with. */
export interface Target {
  readonly valueMax?: number;
  readonly ratioMax?: number;
}

export interface RowOptions extends Target {
  readonly unit?: Unit;
  /** The row whose median is the divisor of the ratio. */
  readonly comparedWith?: string;
}

export class Report {
  readonly #rows: Row[] = [];
  readonly #notes: string[] = [];

  /** Adds a series. */
  add(name: string, values: readonly number[], options: RowOptions = {}): void {
    const { unit = 'ms', comparedWith, ...target } = options;
    this.#rows.push({ name, unit, comparedWith, target, ...summarize(values) });
    console.log(`  ${name}: ${format(summarize(values).median)} ${unit}`);
  }

  /** Says what could not be measured and why. */
  note(text: string): void {
    this.#notes.push(text);
    console.log(`  ${text}`);
  }

  toJson(): string {
    const rows = this.#rows.map((row) => ({ ...row, ratio: this.#ratio(row) }));
    return `${JSON.stringify({ machine: machine(), date: today(), rows, notes: this.#notes }, null, 2)}\n`;
  }

  toMarkdown(): string {
    const lines = [
      '# The last figures of `npm run bench`',
      '',
      `${today()}, ${machine()}. Medians, with the spread from least to most. Everything ran in one run on one machine;`,
      'a ratio is this row’s median over that of the row named.',
      '',
      '| what | median | spread | runs | target | ratio |',
      '| --- | ---: | ---: | ---: | --- | --- |',
      ...this.#rows.map((row) => `| ${this.#cells(row).join(' | ')} |`),
      '',
      ...this.#notes.map((note) => `- ${note}`),
    ];
    return `${lines.join('\n').trimEnd()}\n`;
  }

  toTable(): string {
    const cells = this.#rows.map((row) => this.#cells(row));
    const widths = [0, 1, 2, 3, 4].map((column) =>
      Math.max(0, ...cells.map((row) => (row[column] ?? '').length)),
    );
    return cells
      .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
      .join('\n');
  }

  #cells(row: Row): string[] {
    const ratio = this.#ratio(row);
    return [
      row.name,
      `${format(row.median)} ${row.unit}`,
      `${format(row.min)}–${format(row.max)}`,
      String(row.count),
      this.#target(row),
      ratio === undefined ? '' : `${ratio.toFixed(2)} × ${row.comparedWith ?? ''}`,
    ];
  }

  #target(row: Row): string {
    const { valueMax, ratioMax } = row.target;
    if (valueMax !== undefined) {
      return `≤ ${valueMax} ${row.unit}: ${row.median <= valueMax ? 'met' : 'missed'}`;
    }
    if (ratioMax === undefined) return '';
    const ratio = this.#ratio(row);
    return `≤ ${ratioMax} ×: ${ratio !== undefined && ratio <= ratioMax ? 'met' : 'missed'}`;
  }

  #ratio(row: Row): number | undefined {
    const other = this.#rows.find(({ name }) => name === row.comparedWith);
    return other === undefined ? undefined : row.median / other.median;
  }
}

function format(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function machine(): string {
  const [first] = cpus();
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  return `${cpus().length} × ${first?.model ?? 'unknown processor'}, ${memory} GiB, Linux ${release()}, Node ${process.versions.node}`;
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}
