/**
 * The stored form of a layer index: small, quick to read and checked when read.
 *
 *   "BLI" version[1] diffID[32]
 *   strings: encoding[1] byteLength bytes      all names and targets, one after another
 *   donors: count digest[32]…                   layers that hold content of hard links
 *   inodes: count inode…
 *   unresolved links: count (directory nameLength targetLength)…
 *
 * Numbers are LEB128. Strings are taken from the table in the order in which their lengths appear;
 * decoding the table at once is what makes 20,000 names cheap.
 */
import { KindError } from '../lib/errors.ts';
import { isUtf8 } from '../lib/byte-string.ts';
import { ByteReader, ByteWriter } from './byte-codec.ts';
import { type Digest, digestHex, parseDigest } from './digest.ts';
import {
  type LayerExtent,
  type LayerIndex,
  type LayerInode,
  type UnresolvedLink,
  layerEntryTypes,
} from './layer-index.ts';
import { hexOf } from '../lib/hex.ts';

const magic = Uint8Array.of(0x42, 0x4c, 0x49, 1);
const digestSize = 32;
/** Names that are not UTF-8 hold lone surrogates, which only UTF-16 carries. */
const stringEncodings = ['utf-8', 'utf-16le'] as const;

const flag = { extents: 1, target: 2, device: 4, xattrs: 8, children: 16, contentOf: 32 } as const;

export function encodeLayerIndex(index: LayerIndex): Uint8Array {
  const strings: string[] = [];
  const donors: Digest[] = [];
  const body = new ByteWriter();
  body.number(index.inodes.length);
  for (const inode of index.inodes) encodeInode(body, inode, { strings, donors });
  const links = index.unresolvedLinks ?? [];
  body.number(links.length);
  for (const { directory, name, target } of links) {
    body.number(directory).number(name.length).number(target.length);
    strings.push(name, target);
  }
  const text = strings.join('');
  const encoding = isUtf8(text) ? 0 : 1;
  const table = encoding === 0 ? new TextEncoder().encode(text) : utf16Bytes(text);
  const result = new ByteWriter().bytes(magic).bytes(digestBytes(index.diffId));
  result.byte(encoding).number(table.length).bytes(table);
  result.number(donors.length);
  for (const donor of donors) result.bytes(digestBytes(donor));
  return result.bytes(body.end()).end();
}

interface Tables {
  readonly strings: string[];
  readonly donors: Digest[];
}

function encodeInode(out: ByteWriter, inode: LayerInode, { strings, donors }: Tables): void {
  const { extents, target, device, xattrs, children, contentOf } = inode;
  const flags =
    (extents === undefined ? 0 : flag.extents) |
    (target === undefined ? 0 : flag.target) |
    (device === undefined ? 0 : flag.device) |
    (xattrs === undefined ? 0 : flag.xattrs) |
    (children === undefined ? 0 : flag.children) |
    (contentOf === undefined ? 0 : flag.contentOf);
  out.byte(layerEntryTypes.indexOf(inode.type)).byte(flags).number(inode.mode);
  out.number(inode.uid).number(inode.gid).signed(inode.mtimeSeconds);
  out.number(inode.mtimeNanoseconds).number(inode.sizeBytes).number(inode.linkCount);
  if (extents !== undefined) encodeExtents(out, extents);
  if (target !== undefined) {
    out.number(target.length);
    strings.push(target);
  }
  if (device !== undefined) out.number(device.major).number(device.minor);
  if (xattrs !== undefined) {
    const entries = Object.entries(xattrs);
    out.number(entries.length);
    for (const [name, value] of entries) {
      out.number(name.length).number(value.length).bytes(value);
      strings.push(name);
    }
  }
  if (children !== undefined) {
    out.number(children.size);
    for (const [name, child] of children) {
      out.number(name.length).number(child);
      strings.push(name);
    }
  }
  if (contentOf !== undefined) {
    if (!donors.includes(contentOf)) donors.push(contentOf);
    out.number(donors.indexOf(contentOf));
  }
}

/** Each extent relative to the end of the one before: small numbers. */
function encodeExtents(out: ByteWriter, extents: readonly LayerExtent[]): void {
  out.number(extents.length);
  let fileEnd = 0;
  let tarEnd = 0;
  for (const { fileOffset, tarOffset, length } of extents) {
    out
      .number(fileOffset - fileEnd)
      .signed(tarOffset - tarEnd)
      .number(length);
    fileEnd = fileOffset + length;
    tarEnd = tarOffset + length;
  }
}

/** Throws `dataLoss` for what encodeLayerIndex() has not made, or not in this version. */
export function decodeLayerIndex(bytes: Uint8Array): LayerIndex {
  try {
    return new Decoder(bytes).index();
  } catch (cause) {
    throw new KindError('dataLoss', 'Cannot read layer index: it is damaged', { cause });
  }
}

class Decoder {
  readonly #in: ByteReader;
  readonly #text: string;
  readonly #diffId: Digest;
  readonly #donors: Digest[] = [];
  #textAt = 0;

  constructor(bytes: Uint8Array) {
    this.#in = new ByteReader(bytes);
    const head = this.#in.bytes(magic.length);
    if (!head.every((byte, at) => byte === magic[at])) throw new Error('wrong magic or version');
    this.#diffId = this.#digest();
    const encoding = stringEncodings[this.#in.byte()];
    if (encoding === undefined) throw new Error('unknown encoding');
    const table = this.#in.bytes(this.#in.number());
    this.#text =
      encoding === 'utf-8'
        ? new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(table)
        : utf16Text(table);
    const donorCount = this.#in.count(digestSize);
    for (let index = 0; index < donorCount; index++) this.#donors.push(this.#digest());
  }

  index(): LayerIndex {
    // The smallest inode has nine bytes, a link three: what bounds the counts.
    const count = this.#in.count(9);
    const inodes: LayerInode[] = [];
    for (let index = 0; index < count; index++) inodes.push(this.#inode(count));
    const linkCount = this.#in.count(3);
    const unresolvedLinks: UnresolvedLink[] = [];
    for (let index = 0; index < linkCount; index++) unresolvedLinks.push(this.#link(inodes));
    if (!this.#in.atEnd || this.#textAt !== this.#text.length) throw new Error('trailing bytes');
    checkTree(inodes);
    const diffId = this.#diffId;
    return linkCount === 0 ? { diffId, inodes } : { diffId, inodes, unresolvedLinks };
  }

  #inode(count: number): LayerInode {
    const input = this.#in;
    const type = layerEntryTypes[input.byte()];
    if (type === undefined) throw new Error('unknown type');
    const flags = input.byte();
    const inode: { -readonly [Key in keyof LayerInode]: LayerInode[Key] } = {
      type,
      mode: input.number(),
      uid: input.number(),
      gid: input.number(),
      mtimeSeconds: input.signed(),
      mtimeNanoseconds: input.number(),
      sizeBytes: input.number(),
      linkCount: input.number(),
    };
    if ((flags & flag.extents) !== 0) inode.extents = this.#extents(inode.sizeBytes);
    if ((flags & flag.target) !== 0) inode.target = this.#string(input.number());
    if ((flags & flag.device) !== 0) {
      inode.device = { major: input.number(), minor: input.number() };
    }
    if ((flags & flag.xattrs) !== 0) inode.xattrs = this.#xattrs();
    if ((flags & flag.children) !== 0) inode.children = this.#children(count);
    if ((type === 'dir') !== (inode.children !== undefined)) throw new Error('wrong children');
    if ((flags & flag.contentOf) !== 0) {
      const donor = this.#donors[input.number()];
      if (donor === undefined) throw new Error('unknown donor');
      inode.contentOf = donor;
    }
    return inode;
  }

  #extents(sizeBytes: number): LayerExtent[] {
    const extents: LayerExtent[] = [];
    const count = this.#in.count(3);
    let fileEnd = 0;
    let tarEnd = 0;
    for (let index = 0; index < count; index++) {
      const fileOffset = fileEnd + this.#in.number();
      const tarOffset = tarEnd + this.#in.signed();
      const length = this.#in.number();
      fileEnd = fileOffset + length;
      tarEnd = tarOffset + length;
      if (tarOffset < 0 || fileEnd > sizeBytes) throw new Error('extent outside of the file');
      extents.push({ fileOffset, tarOffset, length });
    }
    return extents;
  }

  #xattrs(): Record<string, Uint8Array> {
    const count = this.#in.count(2);
    const entries: [string, Uint8Array][] = [];
    for (let index = 0; index < count; index++) {
      const nameLength = this.#in.number();
      const value = this.#in.bytes(this.#in.number()).slice();
      entries.push([this.#string(nameLength), value]);
    }
    return Object.fromEntries(entries);
  }

  #children(inodeCount: number): Map<string, number> {
    const count = this.#in.count(2);
    const children = new Map<string, number>();
    for (let index = 0; index < count; index++) {
      const name = this.#string(this.#in.number());
      const child = this.#in.number();
      if (child === 0 || child >= inodeCount) throw new Error('child without inode');
      children.set(name, child);
    }
    if (children.size !== count) throw new Error('name twice in a directory');
    return children;
  }

  #link(inodes: readonly LayerInode[]): UnresolvedLink {
    const directory = this.#in.number();
    const nameLength = this.#in.number();
    const targetLength = this.#in.number();
    if (inodes[directory]?.type !== 'dir') throw new Error('link without directory');
    return { directory, name: this.#string(nameLength), target: this.#string(targetLength) };
  }

  #string(length: number): string {
    const end = this.#textAt + length;
    if (end > this.#text.length) throw new Error('string behind the end');
    const text = this.#text.slice(this.#textAt, end);
    this.#textAt = end;
    return text;
  }

  #digest(): Digest {
    const bytes = this.#in.bytes(digestSize);
    const hex = hexOf(bytes);
    return parseDigest(`sha256:${hex}`);
  }
}

/** A directory in two places, or the root in any, could make a walk endless. */
function checkTree(inodes: readonly LayerInode[]): void {
  if (inodes[0]?.type !== 'dir') throw new Error('root is no directory');
  const named = new Uint8Array(inodes.length);
  for (const { children } of inodes) {
    for (const child of children?.values() ?? []) {
      if (inodes[child]?.type !== 'dir') continue;
      if (named[child] !== 0) throw new Error('directory in two places');
      named[child] = 1;
    }
  }
}

function digestBytes(digest: Digest): Uint8Array {
  const hex = digestHex(digest);
  return Uint8Array.from({ length: digestSize }, (_, at) =>
    Number.parseInt(hex.slice(at * 2, at * 2 + 2), 16),
  );
}

function utf16Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 2);
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    bytes[at * 2] = code;
    bytes[at * 2 + 1] = code >>> 8;
  }
  return bytes;
}

/** TextDecoder would replace the lone surrogates that this encoding is for. */
function utf16Text(bytes: Uint8Array): string {
  if (bytes.length % 2 !== 0) throw new Error('half a character');
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 2) {
    parts.push(String.fromCharCode((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)));
  }
  return parts.join('');
}
