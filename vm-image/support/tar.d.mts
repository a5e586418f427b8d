/** Types of tar.mjs, for its test. */
export interface TarEntry {
  readonly path: string;
  readonly type: 'file' | 'link' | 'symlink' | 'char' | 'block' | 'dir' | 'fifo';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly content?: Uint8Array;
  readonly target?: string;
  readonly device?: readonly [number, number];
}
export function readTar(archive: Uint8Array): IterableIterator<TarEntry>;
export function writeTar(
  entries: Iterable<TarEntry>,
  options: { readonly mtimeSeconds: number },
): Buffer;
export function normalizePath(path: string): string;
