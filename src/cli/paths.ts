/** Paths of the caller's machine. */
import { cleanPath } from '../lib/posix-path.ts';

/** Made absolute from a working directory, without `.`, `..` and double slashes. */
export function absolutePath(path: string, workingDirectory: string): string {
  return cleanPath(path.startsWith('/') ? path : `${workingDirectory}/${path}`);
}
