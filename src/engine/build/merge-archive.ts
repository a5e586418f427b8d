/** `ADD archive.tar.gz /dir/`: an archive of the context is unpacked where it goes. */
import type { LayerLease, LayerStore } from '../../image/layer-store.ts';
import { TarReader } from '../../image/tar-reader.ts';
import { decompress, detectCompression } from '../../image/decompress.ts';
import { fileContent } from './file-content.ts';
import { openTree, type TreeNode } from './file-tree.ts';

/** Enough for a tar's first header, compressed or not. */
const headBytes = 64 * 1024;

/** Whether ADD unpacks the file: told from its content, never from its name. */
export async function isArchive(content: AsyncIterable<Uint8Array>): Promise<boolean> {
  let isTar = false;
  const reader = new TarReader({ entry: () => (isTar = true) });
  let seen = 0;
  try {
    for await (const chunk of decompress(content)) {
      seen += chunk.length;
      reader.write(chunk.subarray(0, headBytes));
      if (isTar || seen >= headBytes) return isTar;
    }
    reader.finish();
    return isTar;
  } catch {
    return isTar;
  }
}

/** The archive's files as a tree; a lease keeps them. Rejects for what is no archive after all. */
export async function openArchive(
  layers: LayerStore,
  content: AsyncIterable<Uint8Array>,
  lease: LayerLease,
): Promise<TreeNode> {
  const { diffId } = await layers.ingestNew(content, lease);
  return openTree(layers, [diffId]);
}

/** A head that no compressed or plain tar begins with saves reading the file. */
export async function mayBeArchive(layers: LayerStore, node: TreeNode): Promise<boolean> {
  if (node.inode.type !== 'file' || node.inode.sizeBytes < 10) return false;
  for await (const chunk of fileContent(layers, node)) {
    if (detectCompression(chunk) !== 'none') return true;
    return (
      chunk.length >= 262 && new TextDecoder('latin1').decode(chunk.subarray(257, 262)) === 'ustar'
    );
  }
  return false;
}
