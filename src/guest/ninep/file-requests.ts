/** Requests on files: open, read, attributes, links, extended attributes, file system figures, locks. */
import { andThen, type MaybePromise } from '../../lib/maybe-promise.ts';
import { encodeByteString } from '../../lib/byte-string.ts';
import { NinepError } from './errno.ts';
import { Fid } from './fid-table.ts';
import type { FileAttributes, FileType } from './file-tree.ts';
import {
  ReplyWriter,
  emptyReply,
  headerSize,
  messageType,
  qidSize,
  stringSize,
} from './message.ts';
import { type Request, type Session, nodeAttributes, nodeQid, withTree } from './session.ts';

const fileTypeBits: Readonly<Record<FileType, number>> = {
  fifo: 0o010000,
  char: 0o020000,
  dir: 0o040000,
  block: 0o060000,
  file: 0o100000,
  symlink: 0o120000,
  socket: 0o140000,
};

/** Access mode, O_CREAT and O_TRUNC as 9P2000.L numbers them. */
const writeFlags = 0o1103;
const changeFlags = 0o1100;
const blockSize = 4096;
/** What st_blocks counts in. */
const sectorSize = 512;
/** P9_STATS_BASIC: everything stat(2) shows. */
const statsBasic = 0x7ff;
const attributesSize = 8 + qidSize + 3 * 4 + 15 * 8;
const statfsSize = 2 * 4 + 6 * 8 + 4;
const v9fsMagic = 0x0102_1997;
const nameLengthMax = 255;
const lockSuccess = 0;
const lockTypeUnlock = 2;

export function open(session: Session, request: Request): MaybePromise<Uint8Array> {
  const fid = session.fids.get(request.u32());
  const flags = request.u32();
  if (fid.opened || fid.xattr !== undefined) throw new NinepError('EBADF');
  const { tree, inode } = fid.node;
  if ((flags & writeFlags) !== 0 && tree.canWrite?.(inode) !== true) throw new NinepError('EROFS');
  if ((flags & changeFlags) !== 0) throw new NinepError('EROFS');
  return withTree(fid.node.tree, () => {
    const qid = nodeQid(session, fid.node);
    if (!request.cancelled) {
      if (tree.canWrite?.(inode) === true) openAlone(session, fid, qid.path);
      fid.opened = true;
    }
    // An iounit of 0 lets the guest use all of msize.
    return new ReplyWriter(messageType.tlopen + 1, request.tag, qidSize + 4).qid(qid).u32(0).end();
  });
}

/** The guest's page cache would not learn of what a second one writes. */
export function openAlone({ openForWriting }: Session, fid: Fid, path: number): void {
  if (openForWriting.has(path)) throw new NinepError('EBUSY');
  openForWriting.add(path);
  fid.release = () => openForWriting.delete(path);
}

export function write(session: Session, request: Request): MaybePromise<Uint8Array> {
  const fid = session.fids.get(request.u32());
  const { tree, inode } = fid.node;
  if (tree.write === undefined || tree.canWrite?.(inode) !== true) throw new NinepError('EROFS');
  const offset = request.u64();
  const bytes = request.data(request.u32());
  if (!fid.opened) throw new NinepError('EBADF');
  return andThen(tree.write(inode, offset, bytes), () =>
    new ReplyWriter(messageType.twrite + 1, request.tag, 4).u32(bytes.length).end(),
  );
}

export function read(session: Session, request: Request): MaybePromise<Uint8Array> {
  const fid = session.fids.get(request.u32());
  const offset = request.u64();
  const count = Math.min(request.u32(), session.msize - headerSize - 4);
  if (fid.xattr !== undefined) {
    return readReply(request.tag, fid.xattr.subarray(offset, offset + count));
  }
  if (!fid.opened) throw new NinepError('EBADF');
  return withTree(fid.node.tree, () => {
    const { type } = nodeAttributes(fid.node);
    if (type !== 'file') throw new NinepError(type === 'dir' ? 'EISDIR' : 'EINVAL');
    return andThen(fid.node.tree.read(fid.node.inode, offset, count), (data) =>
      readReply(request.tag, data.length > count ? data.subarray(0, count) : data),
    );
  });
}

function readReply(tag: number, data: Uint8Array): Uint8Array {
  return new ReplyWriter(messageType.tread + 1, tag, 4 + data.length)
    .u32(data.length)
    .data(data)
    .end();
}

export function getAttributes(session: Session, request: Request): MaybePromise<Uint8Array> {
  const { node } = session.fids.get(request.u32());
  request.u64();
  return withTree(node.tree, () => {
    const attributes = nodeAttributes(node);
    const { type, mtimeSeconds, mtimeNanoseconds, sizeBytes } = attributes;
    const reply = new ReplyWriter(messageType.tgetattr + 1, request.tag, attributesSize)
      .u64(statsBasic)
      .qid(session.qids.qid(node.tree, node.inode, type))
      .u32(fileTypeBits[type] | (attributes.mode & 0o7777))
      .u32(attributes.uid)
      .u32(attributes.gid)
      .u64(attributes.linkCount)
      .u64(deviceNumber(attributes))
      .u64(sizeBytes)
      .u64(blockSize)
      .u64(Math.ceil((attributes.allocatedBytes ?? sizeBytes) / sectorSize));
    // Access, modification and change: a layer only knows the second.
    for (let index = 0; index < 3; index++) reply.u64(mtimeSeconds).u64(mtimeNanoseconds);
    // Birth time, generation and data version are not in the mask.
    return reply.u64(0).u64(0).u64(0).u64(0).end();
  });
}

/** As the kernel's new_encode_dev() packs it: 12 bits of major within 20 bits of minor. */
function deviceNumber({ type, deviceMajor, deviceMinor }: FileAttributes): number {
  if (type !== 'char' && type !== 'block') return 0;
  const number = (deviceMinor & 0xff) | (deviceMajor << 8) | ((deviceMinor & ~0xff) << 12);
  return number >>> 0;
}

export function readLink(session: Session, request: Request): MaybePromise<Uint8Array> {
  const { node } = session.fids.get(request.u32());
  return withTree(node.tree, () => {
    if (nodeAttributes(node).type !== 'symlink') throw new NinepError('EINVAL');
    return andThen(node.tree.readlink(node.inode), (target) =>
      new ReplyWriter(messageType.treadlink + 1, request.tag, stringSize(target))
        .string(target)
        .end(),
    );
  });
}

/** Makes a fid that reads one extended attribute or, without a name, the list of their names. */
export function walkXattr(session: Session, request: Request): MaybePromise<Uint8Array> {
  const { node } = session.fids.get(request.u32());
  const newNumber = request.u32();
  const name = request.string();
  session.fids.assertFree(newNumber);
  return withTree(node.tree, () => {
    const xattrs = node.tree.xattrs(node.inode);
    const value = name === '' ? xattrNames(xattrs) : xattrValue(xattrs, name);
    if (!request.cancelled) session.fids.set(newNumber, new Fid(node, value));
    return new ReplyWriter(messageType.txattrwalk + 1, request.tag, 8).u64(value.length).end();
  });
}

function xattrValue(xattrs: Readonly<Record<string, Uint8Array>>, name: string): Uint8Array {
  const value = Object.hasOwn(xattrs, name) ? xattrs[name] : undefined;
  if (value === undefined) throw new NinepError('ENODATA');
  return value;
}

function xattrNames(xattrs: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const names = Object.keys(xattrs);
  return encodeByteString(names.map((name) => `${name}\0`).join(''));
}

export function statFilesystem(session: Session, request: Request): Uint8Array {
  session.fids.get(request.u32());
  return (
    new ReplyWriter(messageType.tstatfs + 1, request.tag, statfsSize)
      .u32(v9fsMagic)
      .u32(blockSize)
      // Blocks, free, available; files, free; id: a read-only export is neither full nor empty.
      .u64(0)
      .u64(0)
      .u64(0)
      .u64(0)
      .u64(0)
      .u64(0)
      .u32(nameLengthMax)
      .end()
  );
}

export function sync(session: Session, request: Request): MaybePromise<Uint8Array> {
  const { tree, inode } = session.fids.get(request.u32()).node;
  const reply = emptyReply(messageType.tfsync + 1, request.tag);
  return tree.canWrite?.(inode) === true ? andThen(tree.sync?.(inode), () => reply) : reply;
}

/** Locks on such an export concern nobody but the guest's kernel, which took them before asking. */
export function lock(session: Session, request: Request): Uint8Array {
  session.fids.get(request.u32());
  return new ReplyWriter(messageType.tlock + 1, request.tag, 1).u8(lockSuccess).end();
}

export function getLock(session: Session, request: Request): Uint8Array {
  session.fids.get(request.u32());
  request.u8();
  const start = request.u64();
  const length = request.u64();
  const process = request.u32();
  const client = request.string();
  return new ReplyWriter(messageType.tgetlock + 1, request.tag, 21 + stringSize(client))
    .u8(lockTypeUnlock)
    .u64(start)
    .u64(length)
    .u32(process)
    .string(client)
    .end();
}
