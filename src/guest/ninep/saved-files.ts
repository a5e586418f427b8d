/**
 * What the guest holds open on the 9p server, as plain data: a machine that is restored goes on with the same fids, and
 * finds every file under the number by which its caches know it. Trees are named by their path in the export.
 */
import { decodeBase64, encodeBase64 } from '../../lib/base64.ts';
import { KindError } from '../../lib/errors.ts';
import { Fid, type Node } from './fid-table.ts';
import type { FileTree } from './file-tree.ts';
import { openAlone } from './file-requests.ts';
import type { Session } from './session.ts';

/** Rows of numbers, end to end: there may be ten thousands of fids. */
export interface SavedFiles {
  readonly msize: number;
  /** Names from the export's root on. */
  readonly trees: readonly (readonly string[])[];
  /** Of each node its tree, its inode and its parent, which comes before it; -1 for none. */
  readonly nodes: readonly number[];
  /** Of each fid its number, its node and whether it is open. */
  readonly fids: readonly number[];
  /** Values of extended attributes that are being read, in base64, by the fid's number. */
  readonly xattrs: Readonly<Record<string, string>>;
  /** Of each block of qid paths its tree, its place among the tree's inodes, and its number. */
  readonly qidBlocks: readonly number[];
}

const nodeWidth = 3;
const fidWidth = 3;
const blockWidth = 3;

/** No request may be waiting. */
export function saveFiles({ root, fids, qids, msize }: Session): SavedFiles {
  const places = new Map<FileTree, number>();
  const trees: string[][] = [];
  for (const [tree, path] of treesBelow(root, [])) {
    places.set(tree, trees.length);
    trees.push(path);
  }
  const nodes = new NodeList(places);
  const rows: number[] = [];
  const xattrs: Record<string, string> = {};
  for (const [number, fid] of fids.entries()) {
    const node = nodes.add(fid.node);
    // Of a tree that was replaced meanwhile: the guest is told that the file is stale.
    if (node === undefined) continue;
    rows.push(number, node, fid.opened ? 1 : 0);
    if (fid.xattr !== undefined) xattrs[number] = encodeBase64(fid.xattr);
  }
  const qidBlocks = [...qids.blocks()].flatMap(([tree, index, block]) => {
    const place = places.get(tree);
    return place === undefined ? [] : [place, index, block];
  });
  return { msize, trees, nodes: nodes.rows, fids: rows, xattrs, qidBlocks };
}

/** Of a server that has no fids yet. A layer that is gone takes its fids with it. Rejects `dataLoss` for nonsense. */
export async function restoreFiles(session: Session, saved: SavedFiles): Promise<void> {
  session.msize = saved.msize;
  const trees = await Promise.all(saved.trees.map((path) => findTree(session.root, path)));
  for (const [place = -1, index = 0, block = 0] of rowsOf(saved.qidBlocks, blockWidth)) {
    const tree = trees[place];
    if (tree !== undefined) session.qids.restore(tree, index, block);
  }
  const nodes: (Node | undefined)[] = [];
  for (const [place = -1, inode = 0, parent = -1] of rowsOf(saved.nodes, nodeWidth)) {
    const tree = trees[place];
    if (place >= trees.length || parent >= nodes.length) throw damaged();
    nodes.push(tree && { tree, inode, parent: nodes[parent] });
  }
  for (const [number = 0, place = -1, opened = 0] of rowsOf(saved.fids, fidWidth)) {
    const node = nodes[place];
    if (node === undefined) continue;
    const xattr = saved.xattrs[number];
    const fid = xattr === undefined ? new Fid(node) : new Fid(node, decodeBase64(xattr));
    session.fids.assertFree(number);
    session.fids.set(number, fid);
    if (opened === 0) continue;
    fid.opened = true;
    const { tree, inode } = node;
    // Known since it was opened, so no attributes are needed for its path.
    if (tree.canWrite?.(inode) === true)
      openAlone(session, fid, session.qids.qid(tree, inode, 'file').path);
  }
}

/** Nodes in the order that parents come first, each once. */
class NodeList {
  readonly rows: number[] = [];
  readonly #places: ReadonlyMap<FileTree, number>;
  readonly #known = new Map<Node, number>();

  constructor(places: ReadonlyMap<FileTree, number>) {
    this.#places = places;
  }

  add(node: Node): number | undefined {
    const way: Node[] = [];
    for (let at: Node | undefined = node; at !== undefined && !this.#known.has(at); at = at.parent)
      way.push(at);
    for (const each of way.reverse()) {
      const tree = this.#places.get(each.tree);
      if (tree === undefined) return undefined;
      const parent = each.parent === undefined ? -1 : (this.#known.get(each.parent) ?? -1);
      this.#known.set(each, this.rows.length / nodeWidth);
      this.rows.push(tree, each.inode, parent);
    }
    return this.#known.get(node);
  }
}

function* treesBelow(
  tree: FileTree,
  path: string[],
): Iterable<readonly [tree: FileTree, path: string[]]> {
  yield [tree, path];
  for (const [name, below] of tree.trees?.() ?? []) yield* treesBelow(below, [...path, name]);
}

async function findTree(root: FileTree, path: readonly string[]): Promise<FileTree | undefined> {
  let tree: FileTree | undefined = root;
  for (const name of path) {
    const found: number | FileTree | undefined = await tree.lookup(tree.rootInode, name);
    if (found === undefined || typeof found === 'number') return undefined;
    tree = found;
  }
  return tree;
}

function* rowsOf(numbers: readonly number[], width: number): Iterable<readonly number[]> {
  if (!Array.isArray(numbers) || numbers.length % width !== 0) throw damaged();
  for (let at = 0; at < numbers.length; at += width) yield numbers.slice(at, at + width);
}

function damaged(): KindError {
  return new KindError('dataLoss', 'Cannot restore the open files: the list is damaged');
}
