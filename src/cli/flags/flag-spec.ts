/**
 * Flags as data: name, help text and how a value is read. Everything a command says about its flags
 * is here; parsing and help only interpret it.
 */
import { parseBool, parseInteger, parseUnsigned } from '../../lib/go-numbers.ts';
import { parseDuration } from '../../lib/duration.ts';
import { parseSize } from '../../lib/parse-size.ts';

export interface FlagSpec {
  readonly name: string;
  readonly short?: string;
  /** The kind of value as the help names it; empty for a switch. */
  readonly label: string;
  /** As printed, with its `(default …)`. */
  readonly usage: string;
  readonly initial: unknown;
  readonly hidden?: boolean;
  /** What to use instead; implies that using it prints a notice. */
  readonly deprecated?: string;
  /** Another name for this flag's value. */
  readonly of?: string;
  /** Why this engine cannot do it, after the flag's name; such a flag is hidden. */
  readonly unsupported?: string;
  /** The value of a flag given without one; a switch's is `true`. */
  readonly implied?: string;
  /** The new value; throws an Error with Docker's words. */
  readonly set: (text: string, previous: unknown) => unknown;
}

export interface FlagExtras {
  readonly short?: string;
  readonly hidden?: boolean;
  readonly deprecated?: string;
  readonly of?: string;
  readonly unsupported?: string;
}

export function boolFlag(
  name: string,
  usage: string,
  extras: FlagExtras & { readonly initial?: boolean } = {},
): FlagSpec {
  return { initial: false, ...extras, name, usage, label: '', implied: 'true', set: parseBool };
}

export function stringFlag(
  name: string,
  usage: string,
  extras: FlagExtras & { readonly initial?: string } = {},
): FlagSpec {
  return { initial: '', ...extras, name, usage, label: 'string', set: (text) => text };
}

export function intFlag(
  name: string,
  usage: string,
  extras: FlagExtras & { readonly initial?: number } = {},
): FlagSpec {
  return {
    initial: 0,
    ...extras,
    name,
    usage,
    label: 'int',
    set: (text) => parseInteger(text, { bits: 64 }),
  };
}

export function unsignedFlag(
  name: string,
  usage: string,
  extras: FlagExtras & { readonly bits: 16 | 64 },
): FlagSpec {
  const { bits, ...rest } = extras;
  return {
    ...rest,
    name,
    usage,
    initial: 0,
    label: bits === 16 ? 'uint16' : 'uint',
    set: (text) => parseUnsigned(text, { bits }),
  };
}

/** May be given many times; `validate` may also rewrite a value. */
export function listFlag(
  name: string,
  usage: string,
  extras: FlagExtras & { readonly validate?: (text: string) => string } = {},
): FlagSpec {
  const { validate, ...rest } = extras;
  return {
    ...rest,
    name,
    usage,
    initial: [],
    label: 'list',
    set: (text, previous) => [...values(previous), validate === undefined ? text : validate(text)],
  };
}

/** Comma-separated, and may be given many times. */
export function stringsFlag(name: string, usage: string, extras: FlagExtras = {}): FlagSpec {
  return {
    ...extras,
    name,
    usage,
    initial: [],
    label: 'strings',
    set: (text, previous) => [...values(previous), ...(text === '' ? [] : text.split(','))],
  };
}

/** `key=value`, collected into one map. */
export function mapFlag(
  name: string,
  usage: string,
  extras: FlagExtras & { readonly validate?: (text: string) => string } = {},
): FlagSpec {
  const { validate, ...rest } = extras;
  return {
    ...rest,
    name,
    usage,
    initial: {},
    label: 'map',
    set(text, previous) {
      const [key, value] = cut(validate === undefined ? text : validate(text), '=');
      return { ...(previous as Record<string, string>), [key]: value ?? '' };
    },
  };
}

export function bytesFlag(name: string, usage: string, extras: FlagExtras = {}): FlagSpec {
  return { ...extras, name, usage, initial: 0, label: 'bytes', set: parseSize };
}

/** Nanoseconds. */
export function durationFlag(name: string, usage: string, extras: FlagExtras = {}): FlagSpec {
  return { ...extras, name, usage, initial: 0, label: 'duration', set: parseDuration };
}

/** `name=value`, collected by name. */
export function filterFlag(usage: string, extras: FlagExtras = {}): FlagSpec {
  return { ...extras, name: 'filter', usage, initial: {}, label: 'filter', set: addFilter };
}

/** A value of a kind of its own, collected into a list. */
export function valuesFlag<T>(
  name: string,
  usage: string,
  extras: FlagExtras & { readonly label: string; readonly read: (text: string) => T },
): FlagSpec {
  const { label, read, ...rest } = extras;
  return {
    ...rest,
    name,
    usage,
    label,
    initial: [],
    set: (text, previous) => [...(previous as readonly T[]), read(text)],
  };
}

/** Splits at the first separator; the second part is undefined when there is none. */
export function cut(text: string, separator: string): [string, string | undefined] {
  const index = text.indexOf(separator);
  if (index < 0) return [text, undefined];
  return [text.slice(0, index), text.slice(index + separator.length)];
}

function addFilter(text: string, previous: unknown): Record<string, readonly string[]> {
  const filters = previous as Record<string, readonly string[]>;
  if (text === '') return filters;
  const [name, value] = cut(text, '=');
  if (value === undefined) throw new Error('bad format of filter (expected name=value)');
  const key = name.trim().toLowerCase();
  return { ...filters, [key]: [...(filters[key] ?? []), value.trim()] };
}

function values(previous: unknown): readonly string[] {
  return previous as readonly string[];
}

/** Flags of another operating system's engine. */
export const windowsOnly = {
  hidden: true,
  unsupported:
    'is only supported on a Docker daemon running on windows, but the Docker daemon is running on linux',
};

export const experimentalOnly = {
  hidden: true,
  unsupported: 'is only supported on a Docker daemon with experimental features enabled',
};
