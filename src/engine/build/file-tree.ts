/**
 * Files of stacked layers as one tree, looked up in their indexes: nothing is booted, mounted or unpacked to know what
 * an image or a build context holds. Directories are read when they are first asked for.
 */
import type { Digest } from '../../image/digest.ts';
import type { LayerIndex, LayerInode } from '../../image/layer-index.ts';
import { decodeLayerIndex } from '../../image/layer-index-codec.ts';
import type { LayerStore } from '../../image/layer-store.ts';
import { isOverlayXattr, opaqueXattr } from '../../image/whiteout.ts';
import { KindError } from '../../lib/errors.ts';

/** MAXSYMLINKS of the kernel. */
const symlinkCountMax = 40;

interface Found {
  readonly index: LayerIndex;
  readonly inode: LayerInode;
}

/** One name. What it is called, its directory knows. */
export class TreeNode {
  readonly inode: LayerInode;
  /** The layer whose tar has the content. */
  readonly contentOf: Digest;
  readonly #stack: readonly Found[];
  #children: Map<string, TreeNode> | undefined;

  /** `stack`: what has the name, topmost first; of anything but directories, one. */
  constructor(top: Found, stack: readonly Found[]) {
    this.inode = top.inode;
    this.contentOf = top.inode.contentOf ?? top.index.diffId;
    this.#stack = stack;
  }

  get isDirectory(): boolean {
    return this.inode.type === 'dir';
  }

  /** In the order of their names. Empty for what is no directory. */
  get children(): ReadonlyMap<string, TreeNode> {
    return (this.#children ??= mergeChildren(this.#stack));
  }

  /** Without those that only steer overlayfs. */
  get xattrs(): Readonly<Record<string, Uint8Array>> {
    const entries = Object.entries(this.inode.xattrs ?? {});
    return Object.fromEntries(entries.filter(([name]) => !isOverlayXattr(name)));
  }

  /** Takes a name out of this directory, as if it had never been there. */
  hide(name: string): void {
    const children = new Map(this.children);
    children.delete(name);
    this.#children = children;
  }
}

function mergeChildren(stack: readonly Found[]): Map<string, TreeNode> {
  const names = new Map<string, Found[]>();
  const closed = new Set<string>();
  for (const { index, inode } of stack) {
    for (const [name, number] of inode.children ?? []) {
      const child = index.inodes[number];
      if (child === undefined || closed.has(name)) continue;
      const found = names.get(name);
      if (isWhiteout(child) || (found !== undefined && child.type !== 'dir')) {
        closed.add(name);
        continue;
      }
      if (found === undefined) names.set(name, [{ index, inode: child }]);
      else found.push({ index, inode: child });
      if (child.type !== 'dir' || isOpaque(child)) closed.add(name);
    }
  }
  const sorted = [...names].sort(([a], [b]) => (a < b ? -1 : 1));
  return new Map(
    sorted.flatMap(([name, found]) => {
      const [top] = found;
      return top === undefined ? [] : [[name, new TreeNode(top, found)] as const];
    }),
  );
}

function isWhiteout({ type, device }: LayerInode): boolean {
  return type === 'char' && device?.major === 0 && device.minor === 0;
}

function isOpaque({ xattrs }: LayerInode): boolean {
  return xattrs?.[opaqueXattr] !== undefined;
}

/** The root of what `diffIds`, bottom first, make together. */
export async function openTree(layers: LayerStore, diffIds: readonly Digest[]): Promise<TreeNode> {
  const indexes = await Promise.all(diffIds.map((diffId) => layers.index(diffId)));
  const stack = indexes.reverse().flatMap((bytes) => {
    const index = decodeLayerIndex(bytes);
    const inode = index.inodes[0];
    return inode === undefined ? [] : [{ index, inode }];
  });
  const [top] = stack;
  return top === undefined ? emptyTree() : new TreeNode(top, stack);
}

export function emptyTree(): TreeNode {
  const inode: LayerInode = {
    type: 'dir',
    mode: 0o755,
    uid: 0,
    gid: 0,
    mtimeSeconds: 0,
    mtimeNanoseconds: 0,
    sizeBytes: 0,
    children: new Map(),
    linkCount: 2,
  };
  const index: LayerIndex = { diffId: `sha256:${'0'.repeat(64)}`, inodes: [inode] };
  return new TreeNode({ index, inode }, [{ index, inode }]);
}

export interface ResolvedPath {
  /** Without symlinks on the way, from the root, without a leading slash; empty for the root itself. */
  readonly path: string;
  readonly node: TreeNode | undefined;
}

/**
 * Where `path` leads, symlinks followed inside the tree and never out of it, the last part too unless `keepLast`.
 * What is not there, and what is below it, is taken as written. Rejects `invalidParameter` for a circle of links.
 */
export function resolvePath(
  root: TreeNode,
  path: string,
  options: { readonly keepLast?: boolean } = {},
): ResolvedPath {
  let done: { readonly name: string; readonly node: TreeNode | undefined }[] = [];
  let rest = path.split('/').filter(Boolean);
  for (let links = 0; rest.length > 0;) {
    const [part = '', ...after] = rest;
    rest = after;
    if (part === '.') continue;
    if (part === '..') {
      done.pop();
      continue;
    }
    const parent = done.length === 0 ? root : done.at(-1)?.node;
    const node = parent?.children.get(part);
    const isKept = options.keepLast === true && rest.length === 0;
    if (node?.inode.type !== 'symlink' || isKept) {
      done.push({ name: part, node });
      continue;
    }
    links += 1;
    if (links > symlinkCountMax)
      throw new KindError('invalidParameter', `${path}: too many levels of symbolic links`);
    const target = node.inode.target ?? '';
    if (target.startsWith('/')) done = [];
    rest = [...target.split('/').filter(Boolean), ...rest];
  }
  const node = done.length === 0 ? root : done.at(-1)?.node;
  return { path: done.map(({ name }) => name).join('/'), node };
}
