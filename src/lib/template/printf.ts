/** The verbs of Go's fmt.Sprintf that templates use. */
import { goQuote } from '../go-quote.ts';
import { formatFixed, formatG } from './decimal.ts';
import { printNested } from './print-value.ts';

export function printf(format: string, values: readonly unknown[]): string {
  let index = 0;
  const text = format.replace(
    /%([-+# 0]*)(\d+|\*)?(?:\.(\d+)?)?([a-zA-Z%])/g,
    (
      whole,
      flags: string,
      width: string | undefined,
      precision: string | undefined,
      verb: string,
    ) => {
      if (verb === '%') return '%';
      const columns = width === '*' ? Number(values[index++]) : Number(width ?? 0);
      if (index >= values.length) return `%!${verb}(MISSING)`;
      const value = values[index++];
      const digits = whole.includes('.') ? Number(precision ?? 0) : undefined;
      return pad(formatVerb(verb, value, { flags, digits }), { flags, columns });
    },
  );
  if (index >= values.length) return text;
  const extra = values.slice(index).map((value) => `${typeName(value)}=${printNested(value)}`);
  return `${text}%!(EXTRA ${extra.join(', ')})`;
}

/** The type as `%T` names it. */
export function typeName(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float64';
  if (Array.isArray(value)) return '[]interface {}';
  return 'map[string]interface {}';
}

interface VerbOptions {
  readonly flags: string;
  readonly digits: number | undefined;
}

function formatVerb(verb: string, value: unknown, options: VerbOptions): string {
  const { flags, digits } = options;
  if (verb === 'v' || verb === 's') {
    if (verb === 's' && (typeof value === 'number' || typeof value === 'boolean')) {
      return `%!s(${typeName(value)}=${printNested(value)})`;
    }
    const text = printNested(value);
    return digits === undefined ? text : [...text].slice(0, digits).join('');
  }
  if (verb === 'T') return typeName(value);
  if (verb === 'q' && typeof value === 'string') return goQuote(value);
  if (verb === 't' && typeof value === 'boolean') return String(value);
  if ((verb === 'x' || verb === 'X') && typeof value === 'string') {
    const hex = Array.from(new TextEncoder().encode(value), (byte) =>
      byte.toString(16).padStart(2, '0'),
    ).join('');
    return verb === 'X' ? hex.toUpperCase() : hex;
  }
  if (typeof value === 'number') {
    const text = formatNumber(verb, value, digits);
    if (text !== undefined) return flags.includes('+') && value >= 0 ? `+${text}` : text;
  }
  return `%!${verb}(${typeName(value)}=${printNested(value)})`;
}

function formatNumber(verb: string, value: number, digits: number | undefined): string | undefined {
  if (Number.isInteger(value)) {
    if (verb === 'd') return value.toFixed(0);
    if (verb === 'x') return value.toString(16);
    if (verb === 'X') return value.toString(16).toUpperCase();
    if (verb === 'o') return value.toString(8);
    if (verb === 'b') return value.toString(2);
    if (verb === 'c') return String.fromCodePoint(value);
    return undefined;
  }
  if (verb === 'f' || verb === 'F') return formatFixed(value, digits ?? 6);
  if (verb === 'g') return digits === undefined ? String(value) : formatG(value, digits);
  if (verb === 'e') return value.toExponential(digits ?? 6).replace(/e([+-])(\d)$/, 'e$10$2');
  return undefined;
}

function pad(text: string, options: { readonly flags: string; readonly columns: number }): string {
  if (options.flags.includes('-')) return text.padEnd(options.columns);
  return text.padStart(options.columns, options.flags.includes('0') ? '0' : ' ');
}
