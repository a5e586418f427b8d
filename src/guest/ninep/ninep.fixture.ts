/** A 9P2000.L client for tests: encodes requests byte by byte and takes replies apart. */
import { KindError } from '../../lib/errors.ts';
import type { DirectoryEntry, FileAttributes, FileTree } from './file-tree.ts';
import type { NinepServer } from './server.ts';

export type Field =
  | readonly ['u8' | 'u16' | 'u32' | 'u64', number]
  | readonly ['s', string]
  | readonly ['bytes', Uint8Array];

/** A message with the size that its header says unless `size` lies. */
export function encodeMessage(type: number, tag: number, fields: readonly Field[]): Uint8Array {
  const body: number[] = [];
  const number = (value: number, length: number): void => {
    let rest = BigInt(value);
    for (let index = 0; index < length; index++, rest >>= 8n) body.push(Number(rest & 0xffn));
  };
  for (const [kind, value] of fields) {
    if (kind === 's') {
      const bytes = new TextEncoder().encode(value);
      number(bytes.length, 2);
      body.push(...bytes);
    } else if (kind === 'bytes') body.push(...value);
    else number(value, { u8: 1, u16: 2, u32: 4, u64: 8 }[kind]);
  }
  const message = new Uint8Array(7 + body.length);
  const view = new DataView(message.buffer);
  view.setUint32(0, message.length, true);
  view.setUint8(4, type);
  view.setUint16(5, tag, true);
  message.set(body, 7);
  return message;
}

export class ReplyReader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  at = 7;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get size(): number {
    return this.#view.getUint32(0, true);
  }
  get type(): number {
    return this.#view.getUint8(4);
  }
  get tag(): number {
    return this.#view.getUint16(5, true);
  }
  u8(): number {
    return this.#view.getUint8(this.at++);
  }
  u16(): number {
    return this.#view.getUint16((this.at += 2) - 2, true);
  }
  u32(): number {
    return this.#view.getUint32((this.at += 4) - 4, true);
  }
  u64(): bigint {
    return this.#view.getBigUint64((this.at += 8) - 8, true);
  }
  string(): string {
    return new TextDecoder().decode(this.data(this.u16()));
  }
  data(length: number): Uint8Array {
    return this.bytes.slice(this.at, (this.at += length));
  }
  qid(): { type: number; version: number; path: bigint } {
    return { type: this.u8(), version: this.u32(), path: this.u64() };
  }
  get done(): boolean {
    return this.at === this.bytes.length;
  }
}

/** Sends requests with increasing tags; `errno` of a failed one is thrown as a NinepFailure. */
export class NinepClient {
  readonly server: NinepServer;
  #tag = 0;

  constructor(server: NinepServer) {
    this.server = server;
  }

  async send(type: number, ...fields: Field[]): Promise<ReplyReader> {
    const tag = (this.#tag = (this.#tag + 1) & 0x7fff);
    const reply = new ReplyReader(await this.server.handle(encodeMessage(type, tag, fields)));
    if (reply.size !== reply.bytes.length) throw new Error(`size ${reply.size} is wrong`);
    if (reply.tag !== tag) throw new Error(`tag ${reply.tag} is wrong`);
    if (reply.type === 7) throw new NinepFailure(reply.u32());
    if (reply.type !== type + 1) throw new Error(`type ${reply.type} is wrong`);
    return reply;
  }

  async attach(fid = 0, aname = ''): Promise<ReplyReader> {
    await this.send(100, ['u32', 262144], ['s', '9P2000.L']);
    return this.send(
      104,
      ['u32', fid],
      ['u32', 0xffffffff],
      ['s', 'root'],
      ['s', aname],
      ['u32', 0],
    );
  }

  walk(fid: number, newFid: number, ...names: string[]): Promise<ReplyReader> {
    return this.send(
      110,
      ['u32', fid],
      ['u32', newFid],
      ['u16', names.length],
      ...names.map((name): Field => ['s', name]),
    );
  }

  open(fid: number, flags = 0): Promise<ReplyReader> {
    return this.send(12, ['u32', fid], ['u32', flags]);
  }

  async read(fid: number, offset: number, count: number): Promise<Uint8Array> {
    const reply = await this.send(116, ['u32', fid], ['u64', offset], ['u32', count]);
    return reply.data(reply.u32());
  }

  clunk(fid: number): Promise<ReplyReader> {
    return this.send(120, ['u32', fid]);
  }

  async attributes(fid: number): Promise<ClientAttributes> {
    const reply = await this.send(24, ['u32', fid], ['u64', 0x3fff]);
    const valid = reply.u64();
    const qid = reply.qid();
    const [mode, uid, gid] = [reply.u32(), reply.u32(), reply.u32()];
    const [nlink, rdev, size] = [reply.u64(), reply.u64(), reply.u64()];
    const [blksize, blocks] = [reply.u64(), reply.u64()];
    reply.u64();
    reply.u64();
    const [mtime, mtimeNanoseconds] = [reply.u64(), reply.u64()];
    for (let index = 0; index < 6; index++) reply.u64();
    if (!reply.done) throw new Error('Rgetattr has the wrong size');
    return {
      valid,
      qid,
      mode,
      uid,
      gid,
      nlink,
      rdev,
      size,
      blksize,
      blocks,
      mtime,
      mtimeNanoseconds,
    };
  }

  async readPage(fid: number, offset: number, count: number): Promise<ClientEntry[]> {
    const reply = await this.send(40, ['u32', fid], ['u64', offset], ['u32', count]);
    const size = reply.u32();
    if (size > count) throw new Error('Rreaddir is larger than asked for');
    const entries: ClientEntry[] = [];
    while (!reply.done) {
      const qid = reply.qid();
      const next = Number(reply.u64());
      entries.push({ qid, offset: next, type: reply.u8(), name: reply.string() });
    }
    return entries;
  }

  /** All entries, in pages of `count` bytes. */
  async readDirectory(fid: number, count = 262144 - 24): Promise<ClientEntry[]> {
    const all: ClientEntry[] = [];
    for (;;) {
      const page = await this.readPage(fid, all.at(-1)?.offset ?? 0, count);
      if (page.length === 0) return all;
      all.push(...page);
    }
  }
}

export class NinepFailure extends Error {
  readonly errno: number;
  constructor(errno: number) {
    super(`errno ${errno}`);
    this.errno = errno;
  }
}

export interface ClientAttributes {
  readonly valid: bigint;
  readonly qid: { readonly type: number; readonly version: number; readonly path: bigint };
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly nlink: bigint;
  readonly rdev: bigint;
  readonly size: bigint;
  readonly blksize: bigint;
  readonly blocks: bigint;
  readonly mtime: bigint;
  readonly mtimeNanoseconds: bigint;
}

export interface ClientEntry {
  readonly qid: { readonly type: number; readonly version: number; readonly path: bigint };
  readonly offset: number;
  readonly type: number;
  readonly name: string;
}

export interface MemoryNode extends Partial<FileAttributes> {
  readonly children?: Readonly<Record<string, number>>;
  readonly content?: Uint8Array;
  readonly target?: string;
  readonly extra?: Readonly<Record<string, Uint8Array>>;
}

/** A tree of nodes given by inode number; node 0 is the root. */
export class MemoryTree implements FileTree {
  readonly rootInode = 0;
  readonly nodes: readonly MemoryNode[];
  constructor(nodes: readonly MemoryNode[]) {
    this.nodes = nodes;
  }

  attributes(inode: number): FileAttributes {
    const { children, content, target, extra, ...rest } = this.#node(inode);
    return {
      type: children !== undefined ? 'dir' : target === undefined ? 'file' : 'symlink',
      mode: 0o644,
      uid: 0,
      gid: 0,
      sizeBytes: content?.length ?? Object.keys(extra ?? {}).length,
      mtimeSeconds: 0,
      mtimeNanoseconds: 0,
      linkCount: 1,
      deviceMajor: 0,
      deviceMinor: 0,
      ...rest,
    };
  }

  lookup(inode: number, name: string): number | undefined {
    const children = this.#node(inode).children ?? {};
    return Object.hasOwn(children, name) ? children[name] : undefined;
  }

  list(inode: number): readonly DirectoryEntry[] {
    return Object.entries(this.#node(inode).children ?? {}).map(([name, inode]) => ({
      name,
      inode,
    }));
  }

  read(inode: number, offset: number, length: number): Uint8Array | Promise<Uint8Array> {
    return (this.#node(inode).content ?? new Uint8Array(0)).subarray(offset, offset + length);
  }

  readlink(inode: number): string {
    return this.#node(inode).target ?? '';
  }

  xattrs(inode: number): Readonly<Record<string, Uint8Array>> {
    return this.#node(inode).extra ?? {};
  }

  #node(inode: number): MemoryNode {
    const node = this.nodes[inode];
    if (node === undefined) throw new KindError('notFound', `no inode ${inode}`);
    return node;
  }
}
