/** The functions a template may call: text/template's own and those Docker adds. */
import { printf } from './printf.ts';
import { isNil, NilValue, printNested, StructValue } from './print-value.ts';

export type TemplateFunction = (...values: readonly unknown[]) => unknown;

export type TemplateFunctions = Readonly<Record<string, TemplateFunction>>;

const comparison: TemplateFunctions = {
  eq: (first, ...others) => {
    if (others.length === 0) throw new Error('missing argument for comparison');
    return others.some((other) => equal(first, other));
  },
  ne: (a, b) => !equal(a, b),
  lt: (a, b) => compare(a, b) < 0,
  le: (a, b) => compare(a, b) <= 0,
  gt: (a, b) => compare(a, b) > 0,
  ge: (a, b) => compare(a, b) >= 0,
  not: (value) => !truth(value),
};

const builtin: TemplateFunctions = {
  ...comparison,
  index: (value, ...keys) => keys.reduce(indexOne, value),
  slice: (value, from = 0, to = undefined) => {
    if (typeof value !== 'string' && !Array.isArray(value)) {
      throw new TypeError("can't slice item of type " + kindName(value));
    }
    return value.slice(Number(from), to === undefined ? undefined : Number(to));
  },
  len: lengthOf,
  print: (...values) => print(values),
  println: (...values) => `${values.map(printNested).join(' ')}\n`,
  printf: (format, ...values) => printf(String(format), values),
  html: (...values) => escapeHtml(print(values)),
  js: (...values) => escapeJs(print(values)),
  urlquery: (...values) => encodeURIComponent(print(values)).replaceAll('%20', '+'),
};

/** `json`, `split`, `join` and the rest of what Docker documents for `--format`. */
export const dockerFunctions: TemplateFunctions = {
  ...builtin,
  json: (value) => toJson(sortMaps(value)),
  split: (text, separator) => string(text).split(string(separator)),
  join: (items, separator) => list(items).map(printNested).join(string(separator)),
  title: (text) => string(text).replace(/(^|\s)(\p{Ll})/gu, (all) => all.toUpperCase()),
  lower: (text) => string(text).toLowerCase(),
  upper: (text) => string(text).toUpperCase(),
  pad: (text, before, after) =>
    string(text) === ''
      ? ''
      : ' '.repeat(Number(before)) + string(text) + ' '.repeat(Number(after)),
  truncate: (text, length) => {
    const bytes = new TextEncoder().encode(string(text));
    return new TextDecoder().decode(bytes.subarray(0, Number(length)));
  },
};

const identity: TemplateFunction = (value) => value;

const first: TemplateFunction = (value, _length) => value;

/** Arguments of the functions that do not take just as many as they name. */
export const functionArity: Readonly<Record<string, number | 'any'>> = {
  eq: 'any',
  index: 'any',
  slice: 'any',
  print: 'any',
  println: 'any',
  printf: 'any',
  html: 'any',
  js: 'any',
  urlquery: 'any',
};

/** Of the functions that take nothing but texts and numbers. */
export const parameterTypes: Readonly<Record<string, readonly ('string' | 'int')[]>> = {
  lower: ['string'],
  pad: ['string', 'int', 'int'],
  split: ['string', 'string'],
  title: ['string'],
  truncate: ['string', 'int'],
  upper: ['string'],
};

/** In a table's head the cells are names, which must come out as they are. */
export const headerFunctions: TemplateFunctions = {
  ...dockerFunctions,
  json: identity,
  title: identity,
  lower: identity,
  upper: identity,
  truncate: first,
};

/** JSON as Go writes it without HTML escaping; struct wrappers count as their fields. */
export function toJson(value: unknown, indent?: string): string {
  const text = JSON.stringify(value ?? null, jsonValue, indent);
  return text
    .replaceAll(/"\\u0000(-?\d+)"/g, '$1')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}

/** As Go's encoder does unless it is told not to. */
export function escapeHtmlInJson(json: string): string {
  return json.replace(/[<>&]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
}

/** Go writes maps in order of their keys, and structs in order of their fields. */
export function sortMaps(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortMaps);
  if (typeof value !== 'object' || value === null || value instanceof NilValue) return value;
  if (value instanceof StructValue) {
    const entries = Object.entries(value.json as Readonly<Record<string, unknown>>);
    return Object.fromEntries(entries.map(([name, item]) => [name, sortMaps(item)]));
  }
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, item]) => [name, sortMaps(item)]));
}

/** A big integer goes by as a marked text, as JSON.stringify knows none. */
function jsonValue(_: string, item: unknown): unknown {
  if (item instanceof StructValue) return item.json;
  return typeof item === 'bigint' ? `\0${item}` : item;
}

/** What `if`, `with`, `and` and `or` take for true. */
export function truth(value: unknown): boolean {
  if (isNil(value)) return false;
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof StructValue) return true;
  if (typeof value === 'object') return Object.keys(value).length > 0;
  return Boolean(value);
}

function equal(a: unknown, b: unknown): boolean {
  // Structs come by pointer.
  if (a instanceof StructValue && b instanceof StructValue) return a === b;
  if (isNil(a) || isNil(b)) return isNil(a) && isNil(b);
  if (typeof a === 'object' || typeof b === 'object') {
    throw new Error('non-comparable type ' + kindName(typeof a === 'object' ? a : b));
  }
  if (typeof a !== typeof b) throw new Error('incompatible types for comparison');
  return a === b;
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a !== typeof b) throw new Error('incompatible types for comparison');
  throw new Error('invalid type for comparison');
}

function indexOne(value: unknown, key: unknown): unknown {
  if (isNil(value)) throw new Error('index of untyped nil');
  if (Array.isArray(value) || typeof value === 'string') {
    if (typeof key !== 'number') {
      throw new TypeError(`cannot index slice/array with type ${kindName(key)}`);
    }
    if (key < 0 || key >= value.length) throw new Error(`index out of range: ${key}`);
    return typeof value === 'string' ? value.charCodeAt(key) : (value[key] as unknown);
  }
  if (typeof value === 'object' && !(value instanceof StructValue)) {
    if (typeof key !== 'string') {
      throw new TypeError(`value has type ${kindName(key)}; should be string`);
    }
    const map = value as Record<string, unknown>;
    return Object.hasOwn(map, key) ? map[key] : zeroValue(map);
  }
  throw new Error(`can't index item of type ${kindName(value)}`);
}

/** What Go's map of such values gives for a key it does not have. */
function zeroValue(map: Readonly<Record<string, unknown>>): unknown {
  const values = Object.values(map);
  if (values.every((value) => typeof value === 'string')) return '';
  return values.every((value) => Array.isArray(value)) ? new NilValue('[]') : undefined;
}

function lengthOf(value: unknown): number {
  if (typeof value === 'string') return new TextEncoder().encode(value).length;
  if (Array.isArray(value)) return value.length;
  if (value instanceof NilValue && value.text !== '<nil>') return 0;
  if (isNil(value)) throw new Error('len of nil pointer');
  if (typeof value === 'object' && !(value instanceof StructValue)) {
    return Object.keys(value).length;
  }
  throw new Error(`len of type ${kindName(value)}`);
}

/** Spaces between two values when neither is a string, as fmt.Sprint has it. */
function print(values: readonly unknown[]): string {
  return values.reduce<string>((text, value, index) => {
    const previous = values[index - 1];
    const spaced = index > 0 && typeof value !== 'string' && typeof previous !== 'string';
    return text + (spaced ? ' ' : '') + printNested(value);
  }, '');
}

export function kindName(value: unknown): string {
  if (value === null || value === undefined) return 'nil';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float64';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  if (value instanceof StructValue) return value.typeName;
  return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}';
}

function string(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new TypeError(`wrong type for value; expected string; got ${kindName(value)}`);
}

function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (isNil(value)) return [];
  throw new TypeError(`wrong type for value; expected []string; got ${kindName(value)}`);
}

function escapeJs(text: string): string {
  return text.replace(/[\\'"<>&=\u0000-\u001f]/g, (character) => {
    if (/[\\'"]/.test(character)) return `\\${character}`;
    return `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
  });
}

const htmlEntities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => htmlEntities[character] ?? character);
}
