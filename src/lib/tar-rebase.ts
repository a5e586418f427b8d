/**
 * Gives the entries of a tar another first path component as they pass by: `docker cp a c:/b` sends the
 * archive of `a` with `b` for a name. Names that do not fit the header's hundred bytes become PAX records.
 */
import { byteStringLength, decodeByteString, encodeByteString } from './byte-string.ts';
import { generatorStream } from './generator-stream.ts';

const blockSize = 512;
const nameSize = 100;

/** PAX records and GNU long names that are held until their entry comes. */
const metaBytesMax = 1024 * 1024;

export interface TarRewrite {
  /** An entry's new name; undefined leaves it out. Directories' names come without their slash. */
  readonly rename: (name: string) => string | undefined;
  /** Everything belongs to root: the caller's users mean nothing elsewhere. */
  readonly rootOwned?: true;
  /** The empty blocks at the end go: another archive follows. */
  readonly withoutEnd?: true;
}

export interface Rebase {
  /** First component of the names in the archive; `.` where it holds a directory's contents. */
  readonly from: string;
  readonly to: string;
}

/** What the names do not begin with stays as it is. Fails on what is no tar. */
export function rebaseTar(
  tar: ReadableStream<Uint8Array>,
  rebase: Rebase,
): ReadableStream<Uint8Array> {
  return rebase.from === rebase.to
    ? tar
    : rewriteTar(tar, { rename: (name) => rename(name, rebase) });
}

/** Gives entries other names, or leaves them out. Fails on what is no tar. */
export function rewriteTar(
  tar: ReadableStream<Uint8Array>,
  rewrite: TarRewrite,
): ReadableStream<Uint8Array> {
  return generatorStream(rewritten(tar, rewrite));
}

async function* rewritten(
  tar: ReadableStream<Uint8Array>,
  rewrite: TarRewrite,
): AsyncGenerator<Uint8Array, void> {
  const source = new ByteSource(tar);
  let meta = new Meta();
  try {
    for (;;) {
      const header = await source.take(blockSize);
      if (header === undefined) return;
      if (header.every((byte) => byte === 0)) {
        if (rewrite.withoutEnd !== true) yield header;
        continue;
      }
      const sizeBytes = octal(header, 124, 12);
      const padded = Math.ceil(sizeBytes / blockSize) * blockSize;
      const type = String.fromCharCode(header[156] ?? 0);
      if ('xLK'.includes(type)) {
        if (padded > metaBytesMax) throw new Error('archive/tar: header field too long');
        meta.add(type, (await source.take(padded)) ?? new Uint8Array(), sizeBytes);
        continue;
      }
      const head = [...entryHeader(header, { meta, rewrite })];
      const content = Math.ceil((meta.sizeBytes ?? sizeBytes) / blockSize) * blockSize;
      meta = new Meta();
      yield* head;
      for await (const chunk of source.pass(content)) if (head.length > 0) yield chunk;
    }
  } finally {
    await source.cancel();
  }
}

function* entryHeader(
  header: Uint8Array,
  options: { readonly meta: Meta; readonly rewrite: TarRewrite },
): Generator<Uint8Array, void> {
  const { meta, rewrite } = options;
  const block = header.slice();
  const records = new Map(meta.records);
  records.delete('path');
  records.delete('linkpath');
  const written = meta.name ?? headerName(block);
  const slash = written.endsWith('/') ? '/' : '';
  const renamed = rewrite.rename(slash === '' ? written : written.slice(0, -1));
  if (renamed === undefined) return;
  const name = renamed + slash;
  setName(block, { at: 0, name, key: 'path', records });
  // The prefix of ustar is part of the name already.
  if (!isGnu(block)) block.fill(0, 345, 500);
  const link = meta.linkName ?? text(block, 157, nameSize);
  const isHardLink = block[156] === 0x31;
  const linkName = isHardLink ? (rewrite.rename(link) ?? link) : link;
  if (linkName !== '') setName(block, { at: 157, name: linkName, key: 'linkpath', records });
  if (rewrite.rootOwned === true) setRootOwner(block, records);
  if (records.size > 0) yield* paxEntry(records);
  setChecksum(block);
  yield block;
}

function setRootOwner(block: Uint8Array, records: Map<string, string>): void {
  for (const key of ['uid', 'gid', 'uname', 'gname']) records.delete(key);
  block.set(encodeByteString('0000000\0'), 108);
  block.set(encodeByteString('0000000\0'), 116);
  // The names of user and group.
  block.fill(0, 265, 329);
}

function rename(name: string, { from, to }: Rebase): string {
  if (name === from || name === `${from}/`) return to + name.slice(from.length);
  return name.startsWith(`${from}/`) ? to + name.slice(from.length) : name;
}

function setName(
  block: Uint8Array,
  options: {
    readonly at: number;
    readonly name: string;
    readonly key: string;
    readonly records: Map<string, string>;
  },
): void {
  const { at, name, key, records } = options;
  const bytes = encodeByteString(name);
  if (bytes.length > nameSize) records.set(key, name);
  block.fill(0, at, at + nameSize);
  block.set(bytes.subarray(0, nameSize), at);
}

function* paxEntry(records: ReadonlyMap<string, string>): Generator<Uint8Array, void> {
  const body = encodeByteString([...records].map(([key, value]) => record(key, value)).join(''));
  const block = new Uint8Array(blockSize);
  const put = (at: number, value: string) => block.set(encodeByteString(value), at);
  put(0, 'PaxHeaders.0/entry');
  put(100, '0000644\0');
  put(108, '0000000\0');
  put(116, '0000000\0');
  put(124, `${body.length.toString(8).padStart(11, '0')}\0`);
  put(136, '00000000000\0');
  put(156, 'x');
  put(257, 'ustar\x0000');
  setChecksum(block);
  yield block;
  const padded = new Uint8Array(Math.ceil(body.length / blockSize) * blockSize);
  padded.set(body);
  yield padded;
}

/** `<length> <key>=<value>\n`, where the length counts its own digits. */
function record(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const size = byteStringLength(rest);
  let length = size + String(size).length;
  if (String(length).length > String(size).length) length = size + String(length).length;
  return `${length}${rest}`;
}

/** What came before an entry's own header. */
class Meta {
  readonly records = new Map<string, string>();
  #longName: string | undefined;
  #longLink: string | undefined;

  add(type: string, bytes: Uint8Array, sizeBytes: number): void {
    const body = bytes.subarray(0, sizeBytes);
    if (type === 'x') this.#addRecords(body);
    else if (type === 'L') this.#longName = text(body, 0, body.length);
    else this.#longLink = text(body, 0, body.length);
  }

  get name(): string | undefined {
    return this.records.get('path') ?? this.#longName;
  }

  get linkName(): string | undefined {
    return this.records.get('linkpath') ?? this.#longLink;
  }

  get sizeBytes(): number | undefined {
    const size = this.records.get('size');
    return size === undefined ? undefined : Number(size);
  }

  #addRecords(body: Uint8Array): void {
    for (let at = 0; at < body.length;) {
      const space = body.indexOf(0x20, at);
      const length = Number(decodeByteString(body, at, Math.max(space, at)));
      if (space < 0 || !(length > 0)) throw new Error('archive/tar: invalid tar header');
      const line = decodeByteString(body, space + 1, at + length - 1);
      const equals = line.indexOf('=');
      this.records.set(line.slice(0, equals), line.slice(equals + 1));
      at += length;
    }
  }
}

function headerName(block: Uint8Array): string {
  const name = text(block, 0, nameSize);
  const prefix = isGnu(block) ? '' : text(block, 345, 155);
  return prefix === '' ? name : `${prefix}/${name}`;
}

function isGnu(block: Uint8Array): boolean {
  return text(block, 257, 8) === 'ustar  ';
}

function text(bytes: Uint8Array, start: number, length: number): string {
  let end = start;
  while (end < start + length && bytes[end] !== 0) end += 1;
  return decodeByteString(bytes, start, end);
}

/** Octal, or big-endian with the first bit set where octal is too short. */
function octal(block: Uint8Array, start: number, length: number): number {
  if (((block[start] ?? 0) & 0x80) !== 0) {
    const bytes = block.subarray(start + 1, start + length);
    return bytes.reduce((value, byte) => value * 0x100 + byte, (block[start] ?? 0) & 0x7f);
  }
  const value = Number.parseInt(text(block, start, length).trim() || '0', 8);
  if (Number.isNaN(value)) throw new Error('archive/tar: invalid tar header');
  return value;
}

function setChecksum(block: Uint8Array): void {
  block.fill(0x20, 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.set(encodeByteString(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
}

/** Takes an exact number of bytes of a stream. */
class ByteSource {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #rest = new Uint8Array();

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  /** Undefined at the end of the stream. */
  async take(count: number): Promise<Uint8Array | undefined> {
    const bytes = new Uint8Array(count);
    let filled = 0;
    for await (const chunk of this.pass(count)) {
      bytes.set(chunk, filled);
      filled += chunk.length;
    }
    if (filled === 0 && count > 0) return undefined;
    if (filled < count) throw new Error('unexpected EOF');
    return bytes;
  }

  /** Fewer bytes only at the end of the stream. */
  async *pass(count: number): AsyncGenerator<Uint8Array, void> {
    for (let left = count; left > 0;) {
      if (this.#rest.length === 0) {
        const { done, value } = await this.#reader.read();
        if (done) return;
        this.#rest = new Uint8Array(value);
      }
      const chunk = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(chunk.length);
      left -= chunk.length;
      yield chunk;
    }
  }

  async cancel(): Promise<void> {
    await this.#reader.cancel().catch(() => undefined);
  }
}
