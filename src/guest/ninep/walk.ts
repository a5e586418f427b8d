/** Tversion, Tattach, Twalk and Tclunk: how fids come and go. */
import { andThen, type MaybePromise } from '../../lib/maybe-promise.ts';
import { byteStringLength } from '../../lib/byte-string.ts';
import { NinepError } from './errno.ts';
import { Fid, type Node } from './fid-table.ts';
import { type Qid, ReplyWriter, emptyReply, messageType, qidSize, stringSize } from './message.ts';
import { type Request, type Session, nodeAttributes, nodeQid, withTree } from './session.ts';

/** What virtio-9p can carry (128 descriptors of a page, less headers) rounded up. */
export const msizeMax = 512 * 1024;
const msizeMin = 4096;
const protocol = '9P2000.L';
const nameLengthMax = 255;
/** MAXWELEM of the protocol. */
const walkCountMax = 16;
const noFid = 0xffff_ffff;

export function version(session: Session, request: Request): Uint8Array {
  const msize = Math.min(request.u32(), msizeMax);
  const known = request.string().startsWith(protocol);
  if (msize < msizeMin) throw new NinepError('EINVAL');
  session.fids.clear();
  session.msize = msize;
  const text = known ? protocol : 'unknown';
  return new ReplyWriter(messageType.tversion + 1, request.tag, 4 + stringSize(text))
    .u32(msize)
    .string(text)
    .end();
}

/** `aname` is a path in the export; empty is its root. */
export function attach(session: Session, request: Request): MaybePromise<Uint8Array> {
  const number = request.u32();
  const authentication = request.u32();
  request.string();
  const path = request.string();
  request.u32();
  if (authentication !== noFid) throw new NinepError('EOPNOTSUPP');
  session.fids.assertFree(number);
  const names = path.split('/').filter((name) => name !== '');
  const root: Node = { tree: session.root, inode: session.root.rootInode, parent: undefined };
  return andThen(walkNames(session, root, names), (walked) => {
    if (walked.qids.length < names.length) throw new NinepError('ENOENT');
    return withTree(walked.node.tree, () => {
      // What was attached is the root: `..` must not lead above it.
      const node: Node = { ...walked.node, parent: undefined };
      setFid(session, request, { number, fid: new Fid(node) });
      return new ReplyWriter(messageType.tattach + 1, request.tag, qidSize)
        .qid(nodeQid(session, node))
        .end();
    });
  });
}

export function walk(session: Session, request: Request): MaybePromise<Uint8Array> {
  const number = request.u32();
  const newNumber = request.u32();
  const count = request.u16();
  if (count > walkCountMax) throw new NinepError('EINVAL');
  const names: string[] = [];
  for (let index = 0; index < count; index++) names.push(request.string());
  const from = session.fids.get(number);
  if (from.opened || from.xattr !== undefined) throw new NinepError('EBADF');
  if (newNumber !== number) session.fids.assertFree(newNumber);
  return andThen(walkNames(session, from.node, names), ({ node, qids }) => {
    if (qids.length === 0 && count > 0) throw new NinepError('ENOENT');
    // A walk that stops half-way tells how far it came and makes no fid.
    if (qids.length === count) setFid(session, request, { number: newNumber, fid: new Fid(node) });
    const reply = new ReplyWriter(messageType.twalk + 1, request.tag, 2 + qids.length * qidSize);
    reply.u16(qids.length);
    for (const qid of qids) reply.qid(qid);
    return reply.end();
  });
}

export function clunk(session: Session, request: Request): Uint8Array {
  session.fids.delete(request.u32());
  return emptyReply(messageType.tclunk + 1, request.tag);
}

/** The file stays, but the protocol says that the fid is clunked even so. */
export function remove(session: Session, request: Request): Uint8Array {
  session.fids.delete(request.u32());
  throw new NinepError('EROFS');
}

function setFid(session: Session, request: Request, made: { number: number; fid: Fid }): void {
  if (!request.cancelled) session.fids.set(made.number, made.fid);
}

interface Walked {
  readonly node: Node;
  readonly qids: readonly Qid[];
}

function walkNames(session: Session, start: Node, names: readonly string[]): MaybePromise<Walked> {
  const qids: Qid[] = [];
  const go = (from: Node): MaybePromise<Walked> => {
    let node = from;
    while (qids.length < names.length) {
      const step = walkName(session, node, names[qids.length] ?? '');
      if (step instanceof Promise) {
        return step.then((next) => {
          if (next === undefined) return { node: start, qids };
          qids.push(next.qid);
          return go(next.node);
        });
      }
      if (step === undefined) return { node: start, qids };
      qids.push(step.qid);
      node = step.node;
    }
    return { node, qids };
  };
  return go(start);
}

interface Step {
  readonly node: Node;
  readonly qid: Qid;
}

function walkName(session: Session, node: Node, name: string): MaybePromise<Step | undefined> {
  const arrive = (next: Node): MaybePromise<Step> =>
    withTree(next.tree, () => ({ node: next, qid: nodeQid(session, next) }));
  return withTree(node.tree, () => {
    if (nodeAttributes(node).type !== 'dir') throw new NinepError('ENOTDIR');
    if (name === '..') return arrive(node.parent ?? node);
    if (name.length > nameLengthMax || byteStringLength(name) > nameLengthMax) {
      throw new NinepError('ENAMETOOLONG');
    }
    return andThen(node.tree.lookup(node.inode, name), (found) => {
      if (found === undefined) return undefined;
      return typeof found === 'number'
        ? arrive({ tree: node.tree, inode: found, parent: node })
        : arrive({ tree: found, inode: found.rootInode, parent: node });
    });
  });
}
