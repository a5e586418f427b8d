/** The filters that list, prune and events share, and the refusal of unknown ones. */
import { parseDuration } from '../lib/duration.ts';
import { KindError } from '../lib/errors.ts';
import type { Filters } from './server/backend/filters.ts';

/** Rejects a filter that is not among `known`, as dockerd does. */
export function checkFilters(filters: Filters, known: readonly string[]): void {
  for (const name of filters.keys())
    if (!known.includes(name)) throw new KindError('invalidParameter', `invalid filter '${name}'`);
}

/** A filter that is true or false; rejects other values, and both at once, as dockerd does. */
export function filterFlag(filters: Filters, name: string, absent: boolean): boolean {
  const values = filters.get(name);
  if (values === undefined) return absent;
  const isTrue = values.includes('1') || values.includes('true');
  const isFalse = values.includes('0') || values.includes('false');
  if (isTrue === isFalse) {
    const shown = `'${name}=[${values.join(' ')}]'`;
    throw new KindError('invalidParameter', `invalid filter ${shown}`);
  }
  return isTrue;
}

/** True when the filter is absent or one of its values satisfies the test. */
export function matchesAny(
  filters: Filters,
  name: string,
  test: (value: string) => boolean,
): boolean {
  const values = filters.get(name);
  return values === undefined || values.length === 0 || values.some(test);
}

/** `label=name` and `label=name=value`: all must hold. */
export function matchesLabels(
  filters: Filters,
  name: string,
  labels: Readonly<Record<string, string>> | null | undefined,
): boolean {
  return (filters.get(name) ?? []).every((text) => {
    const equals = text.indexOf('=');
    const key = equals < 0 ? text : text.slice(0, equals);
    const value = labels?.[key];
    if (value === undefined) return false;
    return equals < 0 || value === text.slice(equals + 1);
  });
}

/** `until` as Unix seconds, RFC 3339 or a duration before now such as `24h`; milliseconds since 1970. */
export function untilMsOf(filters: Filters, now: number): number {
  const values = filters.get('until') ?? [];
  if (values.length > 1)
    throw new KindError('invalidParameter', 'more than one until filter specified');
  const [text] = values;
  if (text === undefined) return Infinity;
  if (/^[0-9]+(\.[0-9]+)?$/.test(text)) return Number(text) * 1000;
  const nanoseconds = durationOf(text);
  if (nanoseconds !== undefined) return now - nanoseconds / 1e6;
  const parsed = Date.parse(text);
  if (Number.isNaN(parsed))
    throw new KindError('invalidParameter', `failed to parse value as time or duration: "${text}"`);
  return parsed;
}

/** Undefined for what is no duration as Go writes it. */
function durationOf(text: string): number | undefined {
  try {
    return parseDuration(text);
  } catch {
    return undefined;
  }
}
