/** What the request handlers share: the fids, the export and the limits agreed with Tversion. */
import type { MaybePromise } from '../../lib/maybe-promise.ts';
import { KindError } from '../../lib/errors.ts';
import { NinepError } from './errno.ts';
import type { FidTable, Node } from './fid-table.ts';
import type { FileAttributes, FileTree } from './file-tree.ts';
import type { MessageReader, Qid } from './message.ts';
import type { QidSpace } from './qid.ts';

export interface Session {
  readonly root: FileTree;
  readonly fids: FidTable;
  readonly qids: QidSpace;
  /** Files that can be written and are open, by the path of their qid. */
  readonly openForWriting: Set<number>;
  /** Largest message, as agreed. */
  msize: number;
}

export interface Request extends MessageReader {
  readonly tag: number;
  /** Set by Tflush and Tversion: the guest was answered and forgot the request, so change nothing. */
  readonly cancelled: boolean;
}

/** Answers one request with a whole reply, or throws what errnoOf() understands. */
export type Handler = (session: Session, request: Request) => MaybePromise<Uint8Array>;

/** Calls `use` once the tree's synchronous methods may be called. */
export function withTree<R>(tree: FileTree, use: () => MaybePromise<R>): MaybePromise<R> {
  const pending = tree.prepare?.();
  if (pending === undefined) return use();
  // Asked again afterwards: a tree may have been dropped between the promise and this turn.
  return pending.then(
    () => withTree(tree, use),
    (error: unknown) => {
      if (error instanceof KindError && error.kind === 'notFound') throw new NinepError('ESTALE');
      throw error;
    },
  );
}

/** Attributes of a node whose tree is prepared. */
export function nodeAttributes(node: Node): FileAttributes {
  return node.tree.attributes(node.inode);
}

/** Qid of a node whose tree is prepared. */
export function nodeQid(session: Session, node: Node): Qid {
  return session.qids.qid(node.tree, node.inode, nodeAttributes(node).type);
}
