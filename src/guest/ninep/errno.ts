/** The Linux error numbers the 9P server answers with, and how other errors become one of them. */
import { KindError } from '../../lib/errors.ts';

export const errno = {
  EPERM: 1,
  ENOENT: 2,
  EINTR: 4,
  EIO: 5,
  EBADF: 9,
  EACCES: 13,
  EBUSY: 16,
  EEXIST: 17,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  ENFILE: 23,
  ENOSPC: 28,
  EROFS: 30,
  ENAMETOOLONG: 36,
  ENODATA: 61,
  EPROTO: 71,
  EOPNOTSUPP: 95,
  ESTALE: 116,
} as const;

export type ErrnoName = keyof typeof errno;

/** Ends a request with an Rlerror. */
export class NinepError extends Error {
  readonly errno: number;

  constructor(name: ErrnoName) {
    super(name);
    this.name = 'NinepError';
    this.errno = errno[name];
  }
}

/** The number for anything a handler or a tree throws; what nobody foresaw is EIO. */
export function errnoOf(error: unknown): number {
  if (error instanceof NinepError) return error.errno;
  if (!(error instanceof KindError)) return errno.EIO;
  switch (error.kind) {
    case 'notFound':
      return errno.ENOENT;
    case 'forbidden':
    case 'unauthorized':
      return errno.EACCES;
    case 'notImplemented':
      return errno.EOPNOTSUPP;
    case 'resourceExhausted':
      return errno.ENOSPC;
    case 'cancelled':
      return errno.EINTR;
    default:
      return errno.EIO;
  }
}
