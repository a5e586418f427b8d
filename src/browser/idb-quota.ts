/** What a full disk looks like to IndexedDB, said so that the reader knows what to do about it. */
import { KindError } from '../lib/errors.ts';

/** For `.catch()`: turns an exceeded quota into `resourceExhausted` and passes anything else on. */
export async function asStorageError(error: unknown): Promise<never> {
  if (!(error instanceof Error) || error.name !== 'QuotaExceededError') throw error;
  throw new KindError(
    'resourceExhausted',
    `no space left on device: the browser's storage for this site is full${await usage()}:` +
      ' delete saved sessions, or free images with "docker image prune -a" or "docker rmi"',
    { cause: error },
  );
}

/** What the quota is, browsers do not tell: Chromium says ten gigabytes more than is used, whatever there is. */
async function usage(): Promise<string> {
  try {
    const { usage = 0 } = await navigator.storage.estimate();
    return ` (${megabytes(usage)} used)`;
  } catch {
    // Not every browser tells; the advice stands without the numbers.
    return '';
  }
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
