/** Types of file-tree.mjs, for its test. */
import type { TarEntry } from './tar.d.mts';

type Owner = { readonly mode?: number; readonly uid?: number; readonly gid?: number };
export type TreeNode = Omit<TarEntry, 'path'>;

export class FileTree {
  has(path: string): boolean;
  get(path: string): TreeNode | undefined;
  resolve(path: string): { readonly path: string; readonly node: TreeNode } | undefined;
  directory(path: string, options?: Owner): void;
  file(path: string, content: Uint8Array | string, options?: Owner): void;
  symlink(path: string, target: string): void;
  link(path: string, existing: string): void;
  remove(path: string): void;
  addArchive(entries: Iterable<TarEntry>, keep?: (path: string, entry: TarEntry) => boolean): void;
  addTree(other: FileTree): void;
  mergeUsr(): void;
  entries(): (readonly [string, TreeNode])[];
  archive(): IterableIterator<TarEntry>;
  writeTo(folder: string): void;
}
