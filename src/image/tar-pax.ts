/**
 * PAX extended headers: `<length> <key>=<value>\n` records that override fields of the next header.
 * Extended attributes are records `SCHILY.xattr.<name>` whose values are arbitrary bytes.
 */
import { decodeByteString } from '../lib/byte-string.ts';
import { invalidHeader } from './tar-error.ts';

const xattrPrefix = 'SCHILY.xattr.';
const sparseOffset = 'GNU.sparse.offset';
const sparseLength = 'GNU.sparse.numbytes';

export interface PaxRecords {
  /** All but extended attributes; a record with an empty value is absent, as the standard says. */
  readonly values: ReadonlyMap<string, string>;
  readonly xattrs: Readonly<Record<string, Uint8Array>>;
  /** GNU sparse format 0.0: offset and length records, in order; it repeats its keys. */
  readonly sparsePairs: readonly string[];
}

export const noPaxRecords: PaxRecords = { values: new Map(), xattrs: {}, sparsePairs: [] };

export function parsePaxRecords(bytes: Uint8Array): PaxRecords {
  const values = new Map<string, string>();
  const xattrs: Record<string, Uint8Array> = {};
  const sparsePairs: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const { key, value, end } = parseRecord(bytes, at);
    at = end;
    if (key.startsWith(xattrPrefix)) {
      const name = key.slice(xattrPrefix.length);
      Object.defineProperty(xattrs, name, {
        value: value.slice(),
        enumerable: true,
        configurable: true,
        writable: true,
      });
      continue;
    }
    const text = decodeByteString(value);
    // File names, link targets and the like end at a NUL in every other field.
    if (text.includes('\0')) throw invalidHeader();
    if (key === sparseOffset || key === sparseLength) {
      if ((sparsePairs.length % 2 === 0) !== (key === sparseOffset)) throw invalidHeader();
      sparsePairs.push(text);
    } else if (text === '') values.delete(key);
    else values.set(key, text);
  }
  return { values, xattrs, sparsePairs };
}

interface PaxRecord {
  readonly key: string;
  readonly value: Uint8Array;
  readonly end: number;
}

function parseRecord(bytes: Uint8Array, start: number): PaxRecord {
  const space = bytes.indexOf(0x20, start);
  // A length of more than 7 digits would be larger than any header.
  if (space <= start || space - start > 7) throw invalidHeader();
  const digits = decodeByteString(bytes, start, space);
  const end = start + Number(digits);
  if (!/^\d+$/.test(digits) || end > bytes.length || end <= space + 2) throw invalidHeader();
  const equals = bytes.indexOf(0x3d, space);
  if (equals <= space + 1 || equals >= end || bytes[end - 1] !== 0x0a) throw invalidHeader();
  const key = decodeByteString(bytes, space + 1, equals);
  if (key.includes('\0')) throw invalidHeader();
  return { key, value: bytes.subarray(equals + 1, end - 1), end };
}

/** A decimal integer of a record, or undefined without one. */
export function paxInteger(records: PaxRecords, key: string): number | undefined {
  const text = records.values.get(key);
  return text === undefined ? undefined : parseInteger(text);
}

/** A non-negative decimal integer that a number holds exactly. */
export function parseInteger(text: string): number {
  const value = Number(text);
  if (!/^\d{1,16}$/.test(text) || !Number.isSafeInteger(value)) throw invalidHeader();
  return value;
}

export interface TarTime {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** Seconds with any number of decimals; what is beyond nanoseconds is cut off. */
export function parsePaxTime(text: string): TarTime {
  const match = /^(-?)(\d{1,15})(?:\.(\d*))?$/.exec(text);
  if (match === null) throw invalidHeader();
  const [, sign, whole = '0', decimals = ''] = match;
  const nanoseconds = Number(decimals.slice(0, 9).padEnd(9, '0'));
  if (sign === '') return { seconds: Number(whole), nanoseconds };
  if (nanoseconds === 0) return { seconds: 0 - Number(whole), nanoseconds };
  return { seconds: -Number(whole) - 1, nanoseconds: 1e9 - nanoseconds };
}
