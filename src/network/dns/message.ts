/**
 * DNS messages (RFC 1035): reads the question of a query, writes answers. What a resolver must not
 * trust is read with bounds; what it only passes on is never taken apart.
 */
import { formatAddress, parseAddress } from '../../lib/cidr.ts';

export const recordType = { A: 1, PTR: 12, AAAA: 28 } as const;
export const responseCode = {
  ok: 0,
  serverFailure: 2,
  noSuchName: 3,
  notImplemented: 4,
  refused: 5,
} as const;

/** Largest message: the length on TCP has sixteen bits. */
export const messageBytesMax = 65_535;
/** Of a UDP answer without EDNS, which we do not speak. */
export const udpBytesMax = 512;

const headerBytes = 12;
const classInternet = 1;
const nameBytesMax = 255;
const labelBytesMax = 63;
const pointerToQuestion = 0xc00c;
const flag = {
  response: 0x8000,
  truncated: 0x0200,
  recursionDesired: 0x0100,
  available: 0x0080,
} as const;
const opcodeMask = 0x7800;

export interface DnsQuery {
  readonly id: number;
  /** As asked, without the dot at its end; empty for the root. */
  readonly name: string;
  readonly type: number;
  readonly class: number;
  /** A standard query for one name of the Internet; anything else can only be passed on. */
  readonly isStandard: boolean;
  /** Header flags and the bytes of the question, for the answer. */
  readonly flags: number;
  readonly question: Uint8Array;
}

export type DnsRecord =
  | { readonly type: typeof recordType.A | typeof recordType.AAAA; readonly address: string }
  | { readonly type: typeof recordType.PTR; readonly target: string };

export interface DnsAnswer {
  readonly code: (typeof responseCode)[keyof typeof responseCode];
  readonly records?: readonly DnsRecord[];
  readonly ttlSeconds?: number;
}

/** Undefined for what is no query with exactly one question. */
export function parseQuery(message: Uint8Array): DnsQuery | undefined {
  if (message.length < headerBytes || message.length > messageBytesMax) return undefined;
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const flags = view.getUint16(2);
  if ((flags & flag.response) !== 0 || view.getUint16(4) !== 1) return undefined;
  const read = readName(message, headerBytes);
  if (read === undefined || read.end + 4 > message.length) return undefined;
  const type = view.getUint16(read.end);
  const klass = view.getUint16(read.end + 2);
  return {
    id: view.getUint16(0),
    name: read.name,
    type,
    class: klass,
    isStandard: (flags & opcodeMask) === 0 && klass === classInternet,
    flags,
    question: message.slice(headerBytes, read.end + 4),
  };
}

/** The answer to a query; records that find no room in `bytesMax` are left out and TC is set. */
export function writeAnswer(
  query: DnsQuery,
  {
    code,
    records = [],
    ttlSeconds = 0,
    bytesMax = messageBytesMax,
  }: DnsAnswer & { readonly bytesMax?: number },
): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = headerBytes + query.question.length;
  for (const record of records) {
    const bytes = writeRecord(record, ttlSeconds);
    if (length + bytes.length > bytesMax) break;
    parts.push(bytes);
    length += bytes.length;
  }
  const message = new Uint8Array(length);
  const view = new DataView(message.buffer);
  const kept = query.flags & (opcodeMask | flag.recursionDesired);
  const truncated = parts.length < records.length ? flag.truncated : 0;
  view.setUint16(0, query.id);
  view.setUint16(2, flag.response | flag.available | kept | truncated | code);
  view.setUint16(4, 1);
  view.setUint16(6, parts.length);
  message.set(query.question, headerBytes);
  let at = headerBytes + query.question.length;
  for (const part of parts) {
    message.set(part, at);
    at += part.length;
  }
  return message;
}

/** A query for one name, as a client sends it. */
export function writeQuery(options: {
  readonly id: number;
  readonly name: string;
  readonly type: number;
}): Uint8Array {
  const name = writeName(options.name);
  const message = new Uint8Array(headerBytes + name.length + 4);
  const view = new DataView(message.buffer);
  view.setUint16(0, options.id);
  view.setUint16(2, flag.recursionDesired);
  view.setUint16(4, 1);
  message.set(name, headerBytes);
  view.setUint16(headerBytes + name.length, options.type);
  view.setUint16(headerBytes + name.length + 2, classInternet);
  return message;
}

/** Code, number of answers and the addresses in them; undefined for what is no answer. For tests and logs. */
export function parseAnswer(message: Uint8Array):
  | {
      readonly id: number;
      readonly code: number;
      readonly truncated: boolean;
      /** Of the last record. */ readonly ttlSeconds: number;
      readonly records: readonly DnsRecord[];
    }
  | undefined {
  if (message.length < headerBytes) return undefined;
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const flags = view.getUint16(2);
  const question = readName(message, headerBytes);
  if ((flags & flag.response) === 0 || question === undefined) return undefined;
  const records: DnsRecord[] = [];
  let ttlSeconds = 0;
  let at = question.end + 4;
  for (let count = view.getUint16(6); count > 0; count--) {
    const owner = readName(message, at);
    if (owner === undefined || owner.end + 10 > message.length) return undefined;
    const type = view.getUint16(owner.end);
    ttlSeconds = view.getUint32(owner.end + 4);
    const size = view.getUint16(owner.end + 8);
    const start = owner.end + 10;
    if (start + size > message.length) return undefined;
    const record = readRecord(message, { type, start, size });
    if (record !== undefined) records.push(record);
    at = start + size;
  }
  return {
    id: view.getUint16(0),
    code: flags & 0xf,
    truncated: (flags & flag.truncated) !== 0,
    ttlSeconds,
    records,
  };
}

/** `4.3.2.1.in-addr.arpa` and the nibbles below `ip6.arpa` as an address; undefined for any other name. */
export function addressOfReverseName(name: string): string | undefined {
  const lower = name.toLowerCase();
  const old = /^(\d+\.\d+\.\d+\.\d+)\.in-addr\.arpa$/.exec(lower)?.[1];
  if (old !== undefined) {
    const address = old.split('.').reverse().join('.');
    return parseAddress(address) === undefined ? undefined : address;
  }
  const nibbles = /^((?:[0-9a-f]\.){32})ip6\.arpa$/.exec(lower)?.[1];
  if (nibbles === undefined) return undefined;
  const address = BigInt(`0x${nibbles.split('.').reverse().join('')}`);
  return formatAddress({ address, bits: 128 });
}

function readRecord(
  message: Uint8Array,
  { type, start, size }: { readonly type: number; readonly start: number; readonly size: number },
): DnsRecord | undefined {
  if ((type === recordType.A && size === 4) || (type === recordType.AAAA && size === 16)) {
    let address = 0n;
    for (const byte of message.subarray(start, start + size))
      address = (address << 8n) | BigInt(byte);
    return { type, address: formatAddress({ address, bits: size === 4 ? 32 : 128 }) };
  }
  if (type !== recordType.PTR) return undefined;
  const target = readName(message, start)?.name;
  return target === undefined ? undefined : { type, target };
}

/** Follows pointers backwards only, so that none can go round in circles. */
function readName(
  message: Uint8Array,
  start: number,
): { readonly name: string; readonly end: number } | undefined {
  const labels: string[] = [];
  let at = start;
  let end: number | undefined;
  let before = start;
  let total = 0;
  for (;;) {
    const length = message[at];
    if (length === undefined) return undefined;
    if (length === 0) return { name: labels.join('.'), end: end ?? at + 1 };
    if (length >= 0xc0) {
      const target = ((length & 0x3f) << 8) | (message[at + 1] ?? 0);
      if (at + 1 >= message.length || target >= before) return undefined;
      end ??= at + 2;
      before = target;
      at = target;
      continue;
    }
    total += length + 1;
    if (length > labelBytesMax || total >= nameBytesMax || at + 1 + length > message.length)
      return undefined;
    labels.push(String.fromCharCode(...message.subarray(at + 1, at + 1 + length)));
    at += 1 + length;
  }
}

function writeName(name: string): Uint8Array {
  const labels = name === '' ? [] : name.replace(/\.$/, '').split('.');
  const bytes: number[] = [];
  for (const label of labels) {
    const codes = [...label].map((letter) => letter.charCodeAt(0) & 0xff);
    bytes.push(Math.min(codes.length, labelBytesMax), ...codes.slice(0, labelBytesMax));
  }
  return Uint8Array.from([...bytes, 0]);
}

function writeRecord(record: DnsRecord, ttlSeconds: number): Uint8Array {
  const data =
    record.type === recordType.PTR ? writeName(record.target) : addressBytes(record.address);
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, pointerToQuestion);
  view.setUint16(2, record.type);
  view.setUint16(4, classInternet);
  view.setUint32(6, ttlSeconds);
  view.setUint16(10, data.length);
  bytes.set(data, 12);
  return bytes;
}

function addressBytes(text: string): Uint8Array {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new RangeError(`Cannot write a record: "${text}" is no address`);
  const { address, bits } = parsed;
  return Uint8Array.from({ length: bits / 8 }, (_, at) =>
    Number((address >> BigInt(bits - 8 - at * 8)) & 0xffn),
  );
}
