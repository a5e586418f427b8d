/**
 * A tar writer: ustar headers, with PAX records in front where a field does not fit. The same entries
 * give the same bytes, always: no access times, no process numbers, records in a fixed order.
 */
import { byteStringLength, encodeByteString, isUtf8 } from '../lib/byte-string.ts';
import { KindError } from '../lib/errors.ts';
import { blockSize } from './tar-header.ts';
import { joinBytes } from '../lib/join-bytes.ts';

export interface TarWriterEntry {
  /** A directory's should end in a slash. */
  readonly name: string;
  readonly type: 'file' | 'link' | 'symlink' | 'char' | 'block' | 'dir' | 'fifo';
  /** 0o644, or 0o755 for directories. */
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Data that follows in as many bytes; only files have any. */
  readonly sizeBytes?: number;
  readonly mtimeSeconds?: number;
  readonly mtimeNanoseconds?: number;
  readonly linkName?: string;
  readonly deviceMajor?: number;
  readonly deviceMinor?: number;
  readonly xattrs?: Readonly<Record<string, Uint8Array>>;
  /** Further PAX records; they win over those made of the fields above. */
  readonly pax?: Readonly<Record<string, string>>;
}

const typeflags = {
  file: '0',
  link: '1',
  symlink: '2',
  char: '3',
  block: '4',
  dir: '5',
  fifo: '6',
} as const;

/** Two zero blocks. */
export const tarEnd = new Uint8Array(2 * blockSize);

/** All header blocks of an entry: what comes before its data. */
export function tarHeader(entry: TarWriterEntry): Uint8Array {
  const records = paxRecords(entry);
  const header = ustarHeader(entry, typeflags[entry.type]);
  if (records.length === 0) return header;
  const name = `PaxHeaders.0/${entry.name.split('/').findLast((part) => part !== '') ?? ''}`;
  const sizeBytes = records.reduce((sum, record) => sum + record.length, 0);
  const pax = ustarHeader({ name, type: 'file', mode: 0o644, sizeBytes }, 'x');
  return joinBytes([pax, ...records, tarPadding(sizeBytes), header]);
}

/** The zeros after an entry's data. */
export function tarPadding(sizeBytes: number): Uint8Array {
  return new Uint8Array((blockSize - (sizeBytes % blockSize)) % blockSize);
}

/** A whole archive in memory, for small ones. */
export function tarArchive(
  entries: readonly (TarWriterEntry & { readonly data?: Uint8Array })[],
): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const { data, ...entry } of entries) {
    const content = data ?? new Uint8Array(0);
    parts.push(tarHeader({ ...entry, sizeBytes: content.length }), content);
    parts.push(tarPadding(content.length));
  }
  return joinBytes([...parts, tarEnd]);
}

const nameSize = 100;
const octalMax8 = 0o7777777;
const octalMax12 = 0o77777777777;

function ustarHeader(entry: TarWriterEntry, typeflag: string): Uint8Array {
  const { type, uid = 0, gid = 0, sizeBytes = 0, mtimeSeconds = 0 } = entry;
  const mode = entry.mode ?? (type === 'dir' ? 0o755 : 0o644);
  const block = new Uint8Array(blockSize);
  const { name, prefix } = splitName(entry.name);
  put(block, 0, encodeByteString(name).subarray(0, nameSize));
  putOctal(block, 100, { length: 8, value: mode & 0o7777 });
  // What does not fit is in the PAX records; 0 here is what every reader can parse.
  putOctal(block, 108, { length: 8, value: fit(uid, octalMax8) });
  putOctal(block, 116, { length: 8, value: fit(gid, octalMax8) });
  putOctal(block, 124, { length: 12, value: fit(sizeBytes, octalMax12) });
  putOctal(block, 136, { length: 12, value: fit(mtimeSeconds, octalMax12) });
  put(block, 148, encodeByteString('        '));
  put(block, 156, encodeByteString(typeflag));
  put(block, 157, encodeByteString(entry.linkName ?? '').subarray(0, nameSize));
  put(block, 257, encodeByteString('ustar\u000000'));
  if (type === 'char' || type === 'block') {
    putOctal(block, 329, { length: 8, value: entry.deviceMajor ?? 0 });
    putOctal(block, 337, { length: 8, value: entry.deviceMinor ?? 0 });
  }
  put(block, 345, encodeByteString(prefix));
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(block, 148, encodeByteString(`${sum.toString(8).padStart(6, '0')}\0 `));
  return block;
}

function fit(value: number, max: number): number {
  return value >= 0 && value <= max ? value : 0;
}

/** A name of up to 256 bytes fits when a slash divides it into 155 and 100. */
function splitName(name: string): { readonly name: string; readonly prefix: string } {
  if (byteStringLength(name) <= nameSize) return { name, prefix: '' };
  for (let at = name.indexOf('/'); at >= 0; at = name.indexOf('/', at + 1)) {
    const [prefix, rest] = [name.slice(0, at), name.slice(at + 1)];
    if (byteStringLength(prefix) > 155) break;
    if (at > 0 && rest !== '' && byteStringLength(rest) <= nameSize) return { name: rest, prefix };
  }
  return { name, prefix: '' };
}

function fitsUstar(name: string): boolean {
  return byteStringLength(splitName(name).name) <= nameSize;
}

function paxRecords(entry: TarWriterEntry): Uint8Array[] {
  const { uid = 0, gid = 0, sizeBytes = 0, linkName = '' } = entry;
  const { mtimeSeconds = 0, mtimeNanoseconds = 0, xattrs = {} } = entry;
  const records = new Map<string, Uint8Array>();
  const set = (key: string, value: string): void => {
    records.set(key, encodeByteString(value));
  };
  // Names that are not ASCII are in the records, where the standard says that they are UTF-8.
  if (!fitsUstar(entry.name) || !isPlain(entry.name)) set('path', entry.name);
  if (byteStringLength(linkName) > nameSize || !isPlain(linkName)) set('linkpath', linkName);
  if (uid > octalMax8) set('uid', String(uid));
  if (gid > octalMax8) set('gid', String(gid));
  if (sizeBytes > octalMax12) set('size', String(sizeBytes));
  if (mtimeNanoseconds !== 0 || mtimeSeconds < 0 || mtimeSeconds > octalMax12) {
    set('mtime', paxTime(mtimeSeconds, mtimeNanoseconds));
  }
  for (const [name, value] of Object.entries(xattrs)) records.set(`SCHILY.xattr.${name}`, value);
  for (const [key, value] of Object.entries(entry.pax ?? {})) set(key, value);
  return [...records]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => record(key, value));
}

/** ASCII, or bytes that no PAX record could hold as text and old readers take as they are. */
function isPlain(text: string): boolean {
  return byteStringLength(text) === text.length || !isUtf8(text);
}

function paxTime(seconds: number, nanoseconds: number): string {
  const negative = seconds < 0;
  const whole = negative && nanoseconds > 0 ? -seconds - 1 : Math.abs(seconds);
  const rest = negative && nanoseconds > 0 ? 1e9 - nanoseconds : nanoseconds;
  const decimals = String(rest).padStart(9, '0').replace(/0+$/, '');
  return `${negative ? '-' : ''}${whole}${decimals === '' ? '' : `.${decimals}`}`;
}

/** The length of a record counts its own digits. */
function record(key: string, value: Uint8Array): Uint8Array {
  const keyBytes = encodeByteString(` ${key}=`);
  const rest = keyBytes.length + value.length + 1;
  let length = rest + String(rest).length;
  length = rest + String(length).length;
  return joinBytes([encodeByteString(String(length)), keyBytes, value, Uint8Array.of(0x0a)]);
}

function putOctal(
  block: Uint8Array,
  at: number,
  { length, value }: { readonly length: number; readonly value: number },
): void {
  const digits = value.toString(8).padStart(length - 1, '0');
  if (digits.length >= length) {
    throw new KindError('invalidParameter', `Cannot write tar header: ${value} does not fit`);
  }
  put(block, at, encodeByteString(digits));
}

function put(block: Uint8Array, at: number, bytes: Uint8Array): void {
  block.set(bytes, at);
}
