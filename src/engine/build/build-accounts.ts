/** `--chown`, WORKDIR's owner: names looked up in the files of the stage itself. */
import { KindError, errorMessage } from '../../lib/errors.ts';
import type { LayerStore } from '../../image/layer-store.ts';
import { resolveUser } from '../spec/passwd.ts';
import type { Owner } from './copy-files.ts';
import { readSmallFile } from './file-content.ts';
import { resolvePath, type TreeNode } from './file-tree.ts';

/** Far above any real one. */
const accountFileBytesMax = 1024 * 1024;

/** `user[:group]`; a lone number is both, as Docker has it. Rejects `invalidParameter` for a name nobody has. */
export async function resolveOwner(
  root: TreeNode,
  text: string,
  { layers, isClassic = false }: { readonly layers: LayerStore; readonly isClassic?: boolean },
): Promise<Owner> {
  const [user = '', group] = text.split(':');
  const both = group === undefined ? `${user}:${user}` : text;
  if (/^\d+(:\d+)?$/.test(text)) {
    const [uid, gid] = both.split(':').map(Number);
    return { uid: uid ?? 0, gid: gid ?? 0 };
  }
  const files = {
    passwd: await readText(layers, root, '/etc/passwd'),
    group: await readText(layers, root, '/etc/group'),
  };
  try {
    // A name alone means the user's own group; the classic builder looks for a group of that name.
    const { uid, gid } = resolveUser(/^\d+$/.test(user) || isClassic ? both : text, files);
    return { uid, gid };
  } catch (cause) {
    const reason = isClassic ? classicReason(errorMessage(cause)) : errorMessage(cause);
    const message = `unable to convert uid/gid chown string to host mapping: ${reason}`;
    throw new KindError('invalidParameter', message, { cause });
  }
}

async function readText(layers: LayerStore, root: TreeNode, path: string): Promise<string> {
  const { node } = resolvePath(root, path);
  if (node?.inode.type !== 'file') return '';
  return new TextDecoder().decode(await readSmallFile(layers, node, accountFileBytesMax));
}

/** The classic builder has its own words for a name that is not there. */
function classicReason(message: string): string {
  const [, kind, name = ''] = /^unable to find (user|group) (.*): no matching/.exec(message) ?? [];
  if (kind === undefined) return message;
  const id = kind === 'user' ? 'uid' : 'gid';
  return `can't find ${id} for ${kind} ${name}: no such ${kind}: ${name}`;
}
