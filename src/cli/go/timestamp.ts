/** Points in time on the command line: RFC 3339, dates, seconds since 1970, or an age like `42m`. */
import { parseDuration } from '../../lib/duration.ts';
import { goQuote } from '../../lib/go-quote.ts';

/** Seconds since 1970 with nanoseconds, as the API takes them. Throws with Go's words when it is no time. */
export function parseTimestamp(text: string, nowMs: number): string {
  const age = ageNanoseconds(text);
  if (age !== undefined) return secondsText(nowMs - age / 1e6);
  const seconds = /^(-?\d+)(?:\.(\d{1,9}))?$/.exec(text);
  if (seconds !== null) return text;
  const calendar =
    /^\d{4}-\d{2}-\d{2}(T\d{2}(:\d{2}(:\d{2}(\.\d+)?)?)?)?(Z|[+-]\d{2}:\d{2})?$/.exec(text);
  if (calendar === null) throw noTime(text);
  const [, time, minutes, , fraction = '', zone = 'Z'] = calendar;
  const date = text.slice(0, 10);
  const clock = time === undefined ? 'T00:00' : minutes === undefined ? `${time}:00` : time;
  const ms = Date.parse(date + clock.replace(/\.\d+$/, '') + zone);
  if (Number.isNaN(ms)) throw outOfRange(text);
  return `${Math.floor(ms / 1000)}.${fraction.slice(1).padEnd(9, '0').slice(0, 9)}`;
}

function noTime(text: string): Error {
  return new Error(`failed to parse value as time or duration: ${goQuote(text)}`);
}

function outOfRange(text: string): Error {
  const month = Number(text.slice(5, 7));
  const day = Number(text.slice(8, 10));
  const field = month < 1 || month > 12 ? 'month' : day < 1 || day > 31 ? 'day' : 'hour';
  return new Error(`parsing time ${goQuote(text)}: ${field} out of range`);
}

function ageNanoseconds(text: string): number | undefined {
  if (!/[a-zµμ]$/.test(text)) return undefined;
  try {
    return parseDuration(text);
  } catch {
    return undefined;
  }
}

function secondsText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const nanoseconds = Math.round((ms - seconds * 1000) * 1e6);
  return `${seconds}.${String(nanoseconds).padStart(9, '0')}`;
}
