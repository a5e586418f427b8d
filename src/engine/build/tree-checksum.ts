/** One sum for all that is below a node: names, modes, owners, contents, and no times. */
import { createHasher } from '../../image/hash.ts';
import type { Digest } from '../../image/digest.ts';
import type { ContentDigests } from './file-content.ts';
import type { TreeNode } from './file-tree.ts';

export async function treeChecksum(root: TreeNode, digests: ContentDigests): Promise<Digest> {
  const hasher = await createHasher();
  const encoder = new TextEncoder();
  const visit = async (path: string, node: TreeNode): Promise<void> => {
    const { type, mode, uid, gid, target = '', device = null } = node.inode;
    const content = type === 'file' ? await digests.of(node) : '';
    hasher.update(
      encoder.encode(`${JSON.stringify([path, type, mode, uid, gid, target, device, content])}\n`),
    );
    for (const [name, child] of node.children) await visit(`${path}/${name}`, child);
  };
  await visit('', root);
  return hasher.digest();
}
