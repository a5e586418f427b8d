/** What is wrong with a tar archive, in the words of Go's archive/tar, which are Docker's. */
import { KindError } from '../lib/errors.ts';

export function invalidHeader(): KindError {
  return new KindError('invalidParameter', 'archive/tar: invalid tar header');
}

export function unexpectedEnd(): KindError {
  return new KindError('invalidParameter', 'unexpected EOF');
}

/** A header that is well-formed but says something that cannot be. */
export function invalidTar(message: string): KindError {
  return new KindError('invalidParameter', message);
}
