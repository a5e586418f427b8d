/**
 * The 9P2000.L server behind v86's virtio-9p device: one session, straight from FileTrees.
 *
 * It answers everything: a malformed message gets an Rlerror, never silence (the guest would wait for
 * ever) and never an exception. Where a tree has the answer at hand the reply is returned without a
 * promise, so that the guest's request is done before its processor runs on.
 */
import type { Disposable } from '../../lib/disposable.ts';
import type { MaybePromise } from '../../lib/maybe-promise.ts';
import { NinepError, errno, errnoOf } from './errno.ts';
import { FidTable } from './fid-table.ts';
import * as files from './file-requests.ts';
import type { FileTree } from './file-tree.ts';
import {
  MessageReader,
  emptyReply,
  errorReply,
  headerSize,
  messageType,
  readU32,
} from './message.ts';
import { QidSpace } from './qid.ts';
import { restoreFiles, saveFiles, type SavedFiles } from './saved-files.ts';
import { readDirectory } from './read-directory.ts';
import type { Handler, Session } from './session.ts';
import * as walk from './walk.ts';

/** Requests that wait for content. The virtqueue has 128 descriptors, so Linux cannot have more. */
export const pendingRequestCountMax = 1024;

export interface NinepServerOptions {
  /** The root of what is served. */
  readonly root: FileTree;
  /** For tests; fidCountMax otherwise. */
  readonly fidCountMax?: number;
}

export interface NinepServer extends Disposable {
  /** Answers one whole request with one whole reply. Never throws, never rejects. */
  handle(request: Uint8Array): MaybePromise<Uint8Array>;
  readonly fidCount: number;
  /** What the guest holds open. Only while no request waits, which a machine that can be saved takes care of. */
  save(): SavedFiles;
  /** Puts what a machine of before held open into a fresh server. Rejects `dataLoss` for nonsense. */
  restore(saved: SavedFiles): Promise<void>;
}

const readOnly: Handler = () => {
  throw new NinepError('EROFS');
};

/** All that Linux sends; the rest is EOPNOTSUPP. */
const handlers: ReadonlyMap<number, Handler> = new Map<number, Handler>([
  [messageType.tversion, walk.version],
  [messageType.tattach, walk.attach],
  [messageType.twalk, walk.walk],
  [messageType.tclunk, walk.clunk],
  [messageType.tremove, walk.remove],
  [messageType.tlopen, files.open],
  [messageType.tread, files.read],
  [messageType.twrite, files.write],
  [messageType.tsetattr, readOnly],
  [messageType.tgetattr, files.getAttributes],
  [messageType.treadlink, files.readLink],
  [messageType.txattrwalk, files.walkXattr],
  [messageType.tstatfs, files.statFilesystem],
  [messageType.tfsync, files.sync],
  [messageType.tlock, files.lock],
  [messageType.tgetlock, files.getLock],
  [messageType.treaddir, readDirectory],
  [messageType.tlcreate, readOnly],
  [messageType.tsymlink, readOnly],
  [messageType.tmknod, readOnly],
  [messageType.trename, readOnly],
  [messageType.txattrcreate, readOnly],
  [messageType.tlink, readOnly],
  [messageType.tmkdir, readOnly],
  [messageType.trenameat, readOnly],
  [messageType.tunlinkat, readOnly],
]);

export function createNinepServer(options: NinepServerOptions): NinepServer {
  return new Server(options);
}

class NinepRequest extends MessageReader {
  readonly tag: number;
  cancelled = false;
  /** Answers the guest; only the first call counts. Set once the request waits. */
  answer: ((reply: Uint8Array) => void) | undefined;

  constructor(bytes: Uint8Array, tag: number) {
    super(bytes);
    this.tag = tag;
  }
}

class Server implements NinepServer {
  readonly #session: Session;
  readonly #pending = new Map<number, NinepRequest>();

  constructor({ root, fidCountMax }: NinepServerOptions) {
    const fids = new FidTable(fidCountMax);
    this.#session = {
      root,
      fids,
      qids: new QidSpace(),
      openForWriting: new Set(),
      msize: walk.msizeMax,
    };
  }

  get fidCount(): number {
    return this.#session.fids.count;
  }

  handle(bytes: Uint8Array): MaybePromise<Uint8Array> {
    const tag = (bytes[5] ?? 0) | ((bytes[6] ?? 0) << 8);
    if (bytes.length < headerSize || readU32(bytes, 0) !== bytes.length) {
      return errorReply(tag, errno.EINVAL);
    }
    const type = bytes[4] ?? 0;
    const request = new NinepRequest(bytes, tag);
    try {
      if (type === messageType.tflush) return this.#flush(request);
      if (type === messageType.tversion) this.#cancelAll();
      const handler = handlers.get(type);
      if (handler === undefined) throw new NinepError('EOPNOTSUPP');
      const reply = handler(this.#session, request);
      return reply instanceof Promise ? this.#wait(request, reply) : reply;
    } catch (error) {
      return errorReply(tag, errnoOf(error));
    }
  }

  save(): SavedFiles {
    return saveFiles(this.#session);
  }

  restore(saved: SavedFiles): Promise<void> {
    return restoreFiles(this.#session, saved);
  }

  dispose(): void {
    this.#cancelAll();
    this.#session.fids.clear();
  }

  #wait(request: NinepRequest, reply: Promise<Uint8Array>): Promise<Uint8Array> {
    const { tag } = request;
    const known = this.#pending.has(tag);
    if (!known && this.#pending.size < pendingRequestCountMax) this.#pending.set(tag, request);
    return new Promise((resolve) => {
      request.answer = (message) => {
        if (this.#pending.get(tag) === request) this.#pending.delete(tag);
        resolve(message);
      };
      reply.then(request.answer, (error: unknown) =>
        request.answer?.(errorReply(tag, errnoOf(error))),
      );
    });
  }

  /**
   * Answers the flushed request with EINTR first: Linux frees it when Rflush arrives, and a reply
   * after that would be written to freed memory. Hence the turn of the event loop in between.
   */
  #flush(request: NinepRequest): MaybePromise<Uint8Array> {
    const flushed = this.#pending.get(request.u16());
    const reply = emptyReply(messageType.tflush + 1, request.tag);
    if (flushed === undefined) return reply;
    cancel(flushed);
    return new Promise((resolve) => {
      setTimeout(() => resolve(reply), 0);
    });
  }

  #cancelAll(): void {
    for (const request of this.#pending.values()) cancel(request);
  }
}

function cancel(request: NinepRequest): void {
  request.cancelled = true;
  request.answer?.(errorReply(request.tag, errno.EINTR));
}
