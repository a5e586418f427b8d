/** Numbers and truth values as Go's strconv package reads them, with its error texts. */
import { goQuote } from './go-quote.ts';

const trueWords = ['1', 't', 'T', 'TRUE', 'true', 'True'];
const falseWords = ['0', 'f', 'F', 'FALSE', 'false', 'False'];

export function parseBool(text: string): boolean {
  if (trueWords.includes(text)) return true;
  if (falseWords.includes(text)) return false;
  throw new Error(`strconv.ParseBool: parsing ${goQuote(text)}: invalid syntax`);
}

/** Base 0: `0x`, `0o`, `0b` and a leading zero are understood. */
export function parseInteger(text: string, options: { readonly bits: 32 | 64 }): number {
  const limit = 1n << BigInt(options.bits - 1);
  const value = integer(text, 'ParseInt');
  if (value < -limit || value >= limit) {
    throw new Error(`strconv.ParseInt: parsing ${goQuote(text)}: value out of range`);
  }
  return Number(value);
}

export function parseUnsigned(text: string, options: { readonly bits: 16 | 64 }): number {
  if (text.startsWith('-') || text.startsWith('+')) {
    throw new Error(`strconv.ParseUint: parsing ${goQuote(text)}: invalid syntax`);
  }
  const value = integer(text, 'ParseUint');
  if (value >= 1n << BigInt(options.bits)) {
    throw new Error(`strconv.ParseUint: parsing ${goQuote(text)}: value out of range`);
  }
  return Number(value);
}

/** As strconv.Atoi. Throws its complaint. */
export function atoi(text: string): number {
  const value = parseDecimal(text);
  if (value === undefined)
    throw new Error(`strconv.Atoi: parsing ${goQuote(text)}: invalid syntax`);
  return value;
}

/** Base 10 only, as strconv.Atoi; undefined when it is no integer. */
export function parseDecimal(text: string): number | undefined {
  return /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
}

function integer(text: string, operation: string): bigint {
  const match = /^([+-]?)(0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|0|[1-9]\d*)$/.exec(text);
  const digits = match?.[2];
  if (digits === undefined) {
    throw new Error(`strconv.${operation}: parsing ${goQuote(text)}: invalid syntax`);
  }
  const octal = /^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits;
  const value = BigInt(octal);
  return match?.[1] === '-' ? -value : value;
}
