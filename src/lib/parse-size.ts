/** Sizes that people write, as go-units reads them. */
import { goQuote } from './go-quote.ts';

const prefixes = 'kmgtp';

/** Bytes of `64m`, `1.5GiB`, `1024`, a `k` being 1024 (RAMInBytes). Throws go-units' complaint. */
export function parseSize(text: string): number {
  return parseWith(text, 1024);
}

/** The same, a `k` being 1000 (FromHumanSize). */
export function parseDecimalSize(text: string): number {
  return parseWith(text, 1000);
}

function parseWith(text: string, base: number): number {
  const match = /^(.*[0-9. ])([^0-9. ]*)$/s.exec(text);
  if (match === null) throw new Error(`invalid size: '${text}'`);
  const [, head = '', suffix = ''] = match;
  const number = head.endsWith(' ') ? head.slice(0, -1) : head;
  const size = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(number) ? Number(number) : NaN;
  if (Number.isNaN(size)) {
    throw new Error(`strconv.ParseFloat: parsing ${goQuote(number)}: invalid syntax`);
  }
  if (size < 0) throw new Error(`invalid size: '${text}'`);
  return Math.trunc(size * multiplier(suffix, base));
}

function multiplier(suffix: string, base: number): number {
  if (suffix === '') return 1;
  const unit = suffix.length > 3 ? suffix : suffix.toLowerCase();
  if (unit === 'b') return 1;
  const power = /^[a-z](b|ib)?$/.test(unit) ? prefixes.indexOf(unit.charAt(0)) + 1 : 0;
  if (power === 0) throw new Error(`invalid suffix: '${unit}'`);
  return base ** power;
}
