/** Times in query strings: Unix seconds with an optional fraction, or RFC 3339. */
import { KindError } from '../../lib/errors.ts';

/** Milliseconds since 1970; undefined when absent or zero, which mean the same. */
export function parseTimestamp(text: string): number | undefined {
  if (text === '' || text === '0') return undefined;
  if (/^-?[0-9]+(\.[0-9]+)?$/.test(text)) return Number(text) * 1000;
  const milliseconds = Date.parse(text);
  if (!Number.isNaN(milliseconds)) return milliseconds;
  // dockerd reads a number and has no kind for what is none.
  throw new KindError('system', `strconv.ParseInt: parsing "${text}": invalid syntax`);
}
