/** Treaddir: a directory in pages as large as the guest asks for, with offsets that stay valid. */
import { andThen, type MaybePromise } from '../../lib/maybe-promise.ts';
import { byteStringLength } from '../../lib/byte-string.ts';
import { NinepError } from './errno.ts';
import type { Fid } from './fid-table.ts';
import type { FileTree, FileType } from './file-tree.ts';
import { ReplyWriter, headerSize, messageType, qidSize } from './message.ts';
import { type Request, type Session, nodeAttributes, withTree } from './session.ts';

/** The offset of an entry is its index + 1 in this order: `.`, `..`, then the tree's list. */
const dotCount = 2;
const entryFixedSize = qidSize + 8 + 1 + 2;

const directoryEntryType: Readonly<Record<FileType, number>> = {
  fifo: 1,
  char: 2,
  dir: 4,
  block: 6,
  file: 8,
  symlink: 10,
  socket: 12,
};

export function readDirectory(session: Session, request: Request): MaybePromise<Uint8Array> {
  const fid = session.fids.get(request.u32());
  const offset = request.u64();
  const count = Math.min(request.u32(), session.msize - headerSize - 4);
  if (!fid.opened) throw new NinepError('EBADF');
  const { tree, inode } = fid.node;
  return withTree(tree, () => {
    if (nodeAttributes(fid.node).type !== 'dir') throw new NinepError('ENOTDIR');
    // Taken anew at the start only, so that a list that grows meanwhile shifts no offset.
    const entries = offset === 0 || fid.entries === undefined ? tree.list(inode) : fid.entries;
    return andThen(entries, (list) => {
      fid.entries = list;
      // The list may have taken a while; its nodes are looked at below.
      return withTree(tree, () => writePage(session, fid, { tag: request.tag, offset, count }));
    });
  });
}

function writePage(
  session: Session,
  fid: Fid,
  page: { readonly tag: number; readonly offset: number; readonly count: number },
): Uint8Array {
  const { offset, count } = page;
  const total = dotCount + (fid.entries?.length ?? 0);
  let end = offset;
  let size = 0;
  for (; end < total; end++) {
    const entrySize = entryFixedSize + byteStringLength(nameAt(fid, end));
    if (size + entrySize > count) break;
    size += entrySize;
  }
  if (size === 0 && end < total) throw new NinepError('EINVAL');
  const reply = new ReplyWriter(messageType.treaddir + 1, page.tag, 4 + size).u32(size);
  for (let index = offset; index < end; index++) {
    const { name, tree, inode, type } = entryAt(fid, index);
    reply
      .qid(session.qids.qid(tree, inode, type))
      .u64(index + 1)
      .u8(directoryEntryType[type])
      .string(name);
  }
  return reply.end();
}

function nameAt(fid: Fid, index: number): string {
  return index < dotCount ? '.'.repeat(index + 1) : (fid.entries?.[index - dotCount]?.name ?? '');
}

interface PlacedEntry {
  readonly name: string;
  readonly tree: FileTree;
  readonly inode: number;
  readonly type: FileType;
}

function entryAt(fid: Fid, index: number): PlacedEntry {
  const { node } = fid;
  if (index === 0) return { name: '.', tree: node.tree, inode: node.inode, type: 'dir' };
  if (index === 1) {
    const { tree, inode } = node.parent ?? node;
    return { name: '..', tree, inode, type: 'dir' };
  }
  const entry = fid.entries?.[index - dotCount];
  if (entry === undefined) throw new NinepError('EINVAL');
  const { name, inode, tree } = entry;
  // The root of another tree is a directory; asking that tree would fetch it.
  if (tree !== undefined) return { name, tree, inode: tree.rootInode, type: 'dir' };
  return { name, tree: node.tree, inode, type: node.tree.attributes(inode).type };
}
