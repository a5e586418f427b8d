/** Values in Go's `%v` notation, as template output shows them. */
import { formatDuration } from '../duration.ts';

/** What a missing value prints as. */
export const noValue = '<no value>';

/** A value whose fields print in declaration order, as `{a b}`. Maps print sorted, as `map[k:v]`. */
export class StructValue {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly typeName: string;
  readonly #json: unknown;

  constructor(
    fields: Readonly<Record<string, unknown>>,
    typeName: string,
    options: { readonly json?: unknown } = {},
  ) {
    this.fields = fields;
    this.typeName = typeName;
    this.#json = options.json;
  }

  /** What JSON shows: the fields, if nothing else was given. */
  get json(): unknown {
    return this.#json ?? this.fields;
  }
}

/** Nothing, of a Go type that prints: `[]`, `map[]` or `<nil>`. */
export class NilValue {
  readonly text: string;

  readonly #json: null | undefined;

  /** `omitted`: left out of JSON, rather than null. */
  constructor(text: '[]' | 'map[]' | '<nil>', options?: { readonly omitted: boolean }) {
    this.text = text;
    this.#json = options?.omitted === true ? undefined : null;
  }

  toJSON(): null | undefined {
    return this.#json;
  }
}

/** A length of time: a number to JSON, and to people what Go makes of it. */
export class DurationValue {
  readonly nanoseconds: number;

  constructor(nanoseconds: number) {
    this.nanoseconds = nanoseconds;
  }

  toString(): string {
    return formatDuration(this.nanoseconds / 1e6);
  }

  toJSON(): number {
    return this.nanoseconds;
  }
}

export function isNil(value: unknown): value is NilValue | null | undefined {
  return value === undefined || value === null || value instanceof NilValue;
}

export function printValue(value: unknown): string {
  if (value === undefined || value === null) return noValue;
  return printNested(value);
}

export function printNested(value: unknown): string {
  if (value === undefined || value === null) return '<nil>';
  if (value instanceof NilValue) return value.text;
  if (value instanceof DurationValue) return value.toString();
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return printNumber(value);
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return `[${value.map(printNested).join(' ')}]`;
  if (value instanceof StructValue) {
    return `{${Object.values(value.fields).map(printNested).join(' ')}}`;
  }
  if (typeof value === 'object') {
    const entries = Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, item]) => `${key}:${printNested(item)}`);
    return `map[${entries.join(' ')}]`;
  }
  return '<nil>';
}

function printNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e21) return value.toFixed(0);
  return String(value).replace(/e([+-])(\d)$/, 'e$10$2');
}
