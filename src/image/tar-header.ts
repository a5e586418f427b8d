/**
 * One 512-byte header block of a tar archive: V7, POSIX ustar, star and GNU, told apart by magic.
 * Numbers are octal text or, where the first bit is set, big-endian base-256 (GNU).
 */
import { decodeByteString } from '../lib/byte-string.ts';
import { invalidHeader } from './tar-error.ts';

export const blockSize = 512;

export interface TarHeader {
  /** The type character: '0' file, '5' directory and so on. */
  readonly typeflag: string;
  readonly name: string;
  readonly linkName: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Stored bytes after this header. */
  readonly sizeBytes: number;
  readonly mtimeSeconds: number;
  readonly deviceMajor: number;
  readonly deviceMinor: number;
}

/** Reads a block whose checksum must be right; everything else about it may be wrong, too. */
export function parseTarHeader(block: Uint8Array): TarHeader {
  checkSum(block);
  const format = formatOf(block);
  const typeflag = String.fromCharCode(block[156] ?? 0);
  const isDevice = typeflag === '3' || typeflag === '4';
  return {
    typeflag,
    name: nameOf(block, format),
    linkName: text(block, 157, 100),
    mode: numeric(block, 100, 8),
    uid: numeric(block, 108, 8),
    gid: numeric(block, 116, 8),
    sizeBytes: unsigned(numeric(block, 124, 12)),
    mtimeSeconds: numeric(block, 136, 12),
    deviceMajor: isDevice && format !== 'v7' ? unsigned(numeric(block, 329, 8)) : 0,
    deviceMinor: isDevice && format !== 'v7' ? unsigned(numeric(block, 337, 8)) : 0,
  };
}

export function isZeroBlock(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0);
}

/** A field of octal text, spaces and NULs around it, or base-256. Parsed in place: there are many. */
export function numeric(block: Uint8Array, start: number, length: number): number {
  const first = block[start] ?? 0;
  if ((first & 0x80) !== 0) return base256(block.subarray(start, start + length));
  let value = 0;
  let at = start;
  const end = start + length;
  while (at < end && isBlank(block[at])) at++;
  for (; at < end; at++) {
    const digit = (block[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 7) break;
    value = value * 8 + digit;
  }
  // What follows the first NUL is no part of the field.
  for (; at < end && block[at] !== 0; at++) if (!isBlank(block[at])) throw invalidHeader();
  return safe(value);
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0;
}

type Format = 'v7' | 'ustar' | 'star' | 'gnu';

const gnuMagic = [...'ustar  \0'].map((character) => character.charCodeAt(0));
const ustarMagic = gnuMagic.slice(0, 5).concat(0);
const starTrailer = [...'tar\0'].map((character) => character.charCodeAt(0));

function formatOf(block: Uint8Array): Format {
  if (has(block, 257, gnuMagic)) return 'gnu';
  if (!has(block, 257, ustarMagic)) return 'v7';
  return has(block, 508, starTrailer) ? 'star' : 'ustar';
}

function has(block: Uint8Array, start: number, bytes: readonly number[]): boolean {
  return bytes.every((byte, at) => block[start + at] === byte);
}

function nameOf(block: Uint8Array, format: Format): string {
  const name = text(block, 0, 100);
  if (format === 'v7' || format === 'gnu') return name;
  const prefix = text(block, 345, format === 'star' ? 131 : 155);
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** Writers disagree whether the bytes are signed, so both sums count. */
function checkSum(block: Uint8Array): void {
  const expected = numeric(block, 148, 8);
  let sum = 0;
  let high = 0;
  // Two plain loops: there are many headers, and most of this is what reading one takes.
  for (let at = 0; at < blockSize; at++) {
    const byte = block[at] ?? 0;
    sum += byte;
    high += byte >>> 7;
  }
  // The field itself counts as blanks.
  for (let at = 148; at < 156; at++) {
    const byte = block[at] ?? 0;
    sum += 0x20 - byte;
    high -= byte >>> 7;
  }
  if (expected !== sum && expected !== sum - high * 0x100) throw invalidHeader();
}

/** Up to the first NUL. */
function text(block: Uint8Array, start: number, length: number): string {
  let end = start;
  while (end < start + length && block[end] !== 0) end++;
  return decodeByteString(block, start, end);
}

function base256(bytes: Uint8Array): number {
  const first = bytes[0] ?? 0;
  // The second bit is the sign of a two's complement number.
  let value = (first & 0x40) !== 0 ? (first | 0x80) - 0x100 : first & 0x7f;
  for (const byte of bytes.subarray(1)) value = value * 0x100 + byte;
  return safe(value);
}

function safe(value: number): number {
  if (!Number.isSafeInteger(value)) throw invalidHeader();
  return value;
}

function unsigned(value: number): number {
  if (value < 0) throw invalidHeader();
  return value;
}
