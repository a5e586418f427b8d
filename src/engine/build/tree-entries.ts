/** All files of stacked layers as one archive, hard links of one layer kept. */
import type { LayerInode } from '../../image/layer-index.ts';
import { plainEntry, type Owner } from './copy-files.ts';
import type { TreeNode } from './file-tree.ts';
import { LayerEntries } from './layer-entries.ts';

export interface TreeEntriesOptions {
  /** Of everything, in place of the files' own. */
  readonly owner?: Owner;
  /** SOURCE_DATE_EPOCH: nothing is younger. */
  readonly latestSeconds?: number;
}

export function treeEntries(root: TreeNode, options: TreeEntriesOptions): LayerEntries {
  const { owner, latestSeconds = Infinity } = options;
  const entries = new LayerEntries();
  const firstOf = new Map<LayerInode, string>();
  const visit = (path: string, node: TreeNode): void => {
    const linkName = node.inode.linkCount > 1 ? firstOf.get(node.inode) : undefined;
    const entry = plainEntry(node);
    const mtimeSeconds = Math.min(entry.mtimeSeconds ?? 0, latestSeconds);
    if (linkName !== undefined && !node.isDirectory) entries.set(path, { type: 'link', linkName });
    else if (path !== '') entries.set(path, { ...entry, ...owner, mtimeSeconds });
    if (!firstOf.has(node.inode)) firstOf.set(node.inode, path);
    for (const [name, child] of node.children) visit(path === '' ? name : `${path}/${name}`, child);
  };
  visit('', root);
  return entries;
}
