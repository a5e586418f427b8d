/** The tree a layer indexer builds: nodes that later entries of the tar still change. */
import type { LayerExtent, LayerIndex, LayerInode, UnresolvedLink } from './layer-index.ts';
import type { Digest } from './digest.ts';
import { opaqueValue, opaqueXattr } from './whiteout.ts';

/** One inode in the making. `link` stands for a hard link whose target no entry so far has made. */
export interface LayerNode {
  type: LayerInode['type'] | 'link';
  mode: number;
  uid: number;
  gid: number;
  mtimeSeconds: number;
  mtimeNanoseconds: number;
  sizeBytes: number;
  extents: readonly LayerExtent[];
  /** Of a symlink, or of an unresolved hard link. */
  target: string;
  device: { readonly major: number; readonly minor: number } | undefined;
  xattrs: Map<string, Uint8Array> | undefined;
  /** Of a directory; others have none to look up. */
  children: Map<string, LayerNode>;
  /** Of a directory: `..`. */
  parent: LayerNode | undefined;
  /** Made by `.wh.`: gone again when the same tar brings the name back. */
  isWhiteout: boolean;
}

/** Shared, because most nodes are files; only directories get names. */
const noChildren = new Map<string, LayerNode>();

export function createNode(type: LayerNode['type'], fields: Partial<LayerNode> = {}): LayerNode {
  return {
    type,
    mode: type === 'dir' ? 0o755 : 0o644,
    uid: 0,
    gid: 0,
    mtimeSeconds: 0,
    mtimeNanoseconds: 0,
    sizeBytes: 0,
    extents: [],
    target: '',
    device: undefined,
    xattrs: undefined,
    children: type === 'dir' ? new Map() : noChildren,
    parent: undefined,
    isWhiteout: false,
    ...fields,
  };
}

/** Makes a directory hide what lower layers have in it. */
export function markOpaque(directory: LayerNode): void {
  setXattr(directory, opaqueXattr, opaqueValue);
}

export function setXattr(node: LayerNode, name: string, value: Uint8Array): void {
  node.xattrs ??= new Map();
  node.xattrs.set(name, value);
}

/** Numbers the nodes that names lead to; the order is that of the tar, so the index is too. */
export function freezeTree(root: LayerNode, diffId: Digest): LayerIndex {
  const numbers = new Map<LayerNode, number>([[root, 0]]);
  const order = [root];
  const nameCounts = new Map<LayerNode, number>();
  const unresolvedLinks: UnresolvedLink[] = [];
  for (let at = 0; at < order.length; at++) {
    for (const [name, child] of order[at]?.children ?? []) {
      if (child.type === 'link') {
        unresolvedLinks.push({ directory: at, name, target: child.target });
        continue;
      }
      nameCounts.set(child, (nameCounts.get(child) ?? 0) + 1);
      if (numbers.has(child)) continue;
      numbers.set(child, order.length);
      order.push(child);
    }
  }
  const inodes = order.map((node) => freezeNode(node, numbers, nameCounts.get(node) ?? 1));
  return { diffId, inodes, ...(unresolvedLinks.length > 0 ? { unresolvedLinks } : {}) };
}

function freezeNode(
  node: LayerNode,
  numbers: ReadonlyMap<LayerNode, number>,
  nameCount: number,
): LayerInode {
  const { type, mode, uid, gid, mtimeSeconds, mtimeNanoseconds, sizeBytes } = node;
  if (type === 'link') throw new Error('unreachable: links are not numbered');
  const children = new Map<string, number>();
  let directoryCount = 0;
  for (const [name, child] of node.children) {
    const number = numbers.get(child);
    if (number !== undefined) children.set(name, number);
    if (child.type === 'dir') directoryCount++;
  }
  return {
    type,
    mode,
    uid,
    gid,
    mtimeSeconds,
    mtimeNanoseconds,
    sizeBytes,
    linkCount: type === 'dir' ? 2 + directoryCount : nameCount,
    ...(type === 'file' ? { extents: node.extents } : {}),
    ...(type === 'symlink' ? { target: node.target } : {}),
    ...(node.device === undefined ? {} : { device: node.device }),
    ...(node.xattrs === undefined ? {} : { xattrs: Object.fromEntries(node.xattrs) }),
    ...(type === 'dir' ? { children } : {}),
  };
}
