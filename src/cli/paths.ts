/** Paths of the caller's machine. */

/** Made absolute from a working directory, without `.`, `..` and double slashes. */
export function absolutePath(path: string, workingDirectory: string): string {
  return cleanPath(path.startsWith('/') ? path : `${workingDirectory}/${path}`);
}

/** As Go's path.Clean, for absolute and relative paths. */
export function cleanPath(path: string): string {
  const rooted = path.startsWith('/');
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else if (part !== '..' || !rooted) kept.push(part);
  }
  const joined = kept.join('/');
  return rooted ? `/${joined}` : joined === '' ? '.' : joined;
}
