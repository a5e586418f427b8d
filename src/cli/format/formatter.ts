/** `--format` of the listing commands: table, JSON or a template, over rows of named cells. */
import { errorMessage } from '../../lib/errors.ts';
import {
  dockerFunctions,
  escapeHtmlInJson,
  headerFunctions,
  sortMaps,
  toJson,
} from '../../lib/template/functions.ts';
import type { TemplateFunctions } from '../../lib/template/functions.ts';
import { StructValue } from '../../lib/template/print-value.ts';
import { executeTemplate, parseTemplate } from '../../lib/template/template.ts';
import { alignTabs } from './tab-writer.ts';

/** What a template sees of one row: cells, or functions of arguments. */
export type Row = Readonly<Record<string, unknown>>;

export interface RowsFormat {
  /** Of `--format`, or a default. `table …` aligns and heads, `json` prints objects. */
  readonly format: string;
  /** Cell name to heading. */
  readonly headers: Readonly<Record<string, string>>;
  /** The row's Go type, which error messages name. */
  readonly typeName: string;
}

/** The lines of a listing. Throws with Docker's words when the template is wrong. */
export function formatRows(rows: readonly Row[], options: RowsFormat): string {
  const { format, typeName } = options;
  const isTable = format.startsWith('table');
  const source = format === 'json' ? '{{json .}}' : isTable ? format.slice('table'.length) : format;
  // Only spaces go: a template may well end with a newline of its own.
  const text = source
    .replace(/^ +| +$/g, '')
    .replaceAll('\\t', '\t')
    .replaceAll('\\n', '\n');
  try {
    const template = parseTemplate(text);
    const body = rows.map(
      (row) =>
        `${executeTemplate(template, new RowValue(row, typeName), { functions: rowFunctions })}\n`,
    );
    if (!isTable) return body.join('');
    const head = executeTemplate(
      template,
      { ...options.headers, Label: labelHeading },
      { functions: headerFunctions },
    );
    return alignTabs(`${head}\n${body.join('')}`, { minWidth: 10, padding: 3 });
  } catch (error) {
    throw new Error(`template parsing error: ${errorMessage(error)}`, { cause: error });
  }
}

/** Tries a template on a row; resolves with the names of the cells it read. */
export function checkRowTemplate(
  format: string,
  options: { readonly row: Row; readonly typeName: string },
): readonly string[] {
  const used = new Set<string>();
  const watched = new Proxy(options.row, {
    get(row, name) {
      used.add(String(name));
      return Reflect.get(row, name) as unknown;
    },
  });
  const template = attempt('parse', () => parseTemplate(format));
  attempt('execute', () =>
    executeTemplate(template, new RowValue(watched, options.typeName), { functions: rowFunctions }),
  );
  return [...used];
}

function attempt<T>(what: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new Error(`failed to ${what} template: ${errorMessage(error)}`, { cause: error });
  }
}

function labelHeading(name: unknown): string {
  return (String(name).split('.').at(-1) ?? '').replaceAll(/[-_]/g, ' ');
}

/** A row as JSON is its cells in order of name, with HTML escaped, as Go does by default. */
export const rowFunctions: TemplateFunctions = {
  ...dockerFunctions,
  json: (value) => (value instanceof RowValue ? value.jsonText() : toJson(sortMaps(value))),
};

/** A row for a template that is not one of rows. */
export function rowValue(row: Row, typeName: string): StructValue {
  return new RowValue(row, typeName);
}

class RowValue extends StructValue {
  override get json(): unknown {
    const cells = Object.entries(this.fields).filter(([, value]) => typeof value !== 'function');
    return Object.fromEntries(cells.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }

  jsonText(): string {
    return escapeHtmlInJson(toJson(this.json));
  }
}
