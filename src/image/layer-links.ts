/**
 * Hard links into lower layers: the tar of a layer may link to a name that only its parents hold.
 * The link then becomes an inode of this layer with the target's attributes, and its content stays
 * in the other layer's tar. Docker's overlay2 refuses such layers; other builders make them.
 *
 * The result depends on the parents. A diffID on two different chains with such links would need two
 * indexes; the last one resolved counts.
 */
import { KindError } from '../lib/errors.ts';
import type { LayerIndex, LayerInode, UnresolvedLink } from './layer-index.ts';
import { decodeLayerIndex, encodeLayerIndex } from './layer-index-codec.ts';
import { opaqueXattr } from './whiteout.ts';

const symlinkCountMax = 40;

/** `parents`: bottom first. Rejects a link to what no layer holds in the words of link(2). */
export function resolveHardLinks(index: LayerIndex, parents: readonly LayerIndex[]): LayerIndex {
  const { diffId, inodes, unresolvedLinks } = index;
  if (unresolvedLinks === undefined || unresolvedLinks.length === 0) return index;
  const result = [...inodes];
  const made = new Map<LayerInode, number>();
  for (const link of unresolvedLinks) {
    const found = lookupMerged(parents, link.target);
    if (found === undefined) throw linkError(link, 'no such file or directory');
    if (found.inode.type === 'dir') throw linkError(link, 'operation not permitted');
    let number = made.get(found.inode);
    if (number === undefined) {
      number = result.length;
      made.set(found.inode, number);
      const contentOf = found.inode.contentOf ?? found.layer.diffId;
      result.push({ ...found.inode, contentOf, linkCount: 0 });
    }
    countName(result, number);
    addChild(result, { link, number });
  }
  return { diffId, inodes: result };
}

/** The same for encoded indexes; undefined when there is nothing to resolve. */
export async function resolveStoredLinks(
  index: Uint8Array,
  parents: () => Promise<readonly Uint8Array[]>,
): Promise<Uint8Array | undefined> {
  const decoded = decodeLayerIndex(index);
  if (decoded.unresolvedLinks === undefined) return undefined;
  return encodeLayerIndex(resolveHardLinks(decoded, (await parents()).map(decodeLayerIndex)));
}

function linkError({ target, name }: UnresolvedLink, reason: string): KindError {
  return new KindError('invalidParameter', `link /${target} ${name}: ${reason}`);
}

function countName(inodes: LayerInode[], number: number): void {
  const inode = inodes[number];
  if (inode !== undefined) inodes[number] = { ...inode, linkCount: inode.linkCount + 1 };
}

function addChild(
  inodes: LayerInode[],
  { link, number }: { readonly link: UnresolvedLink; readonly number: number },
): void {
  const directory = inodes[link.directory];
  if (directory === undefined) return;
  const children = new Map(directory.children).set(link.name, number);
  inodes[link.directory] = { ...directory, children };
}

interface Found {
  readonly layer: LayerIndex;
  readonly inode: LayerInode;
}

/** A directory of the merged view: the directories of the layers that take part, top first. */
type Merged = readonly Found[];

/** What a container would see at a path, symlinks on the way followed. */
function lookupMerged(parents: readonly LayerIndex[], path: string): Found | undefined {
  const root = merge(parents.toReversed().flatMap((layer) => foundAt(layer, 0)));
  const stack: Merged[] = [root];
  const rest = path.split('/').toReversed();
  let symlinkCount = 0;
  for (let part = rest.pop(); part !== undefined; part = rest.pop()) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (stack.length > 1) stack.pop();
      continue;
    }
    const merged = childOf(stack.at(-1) ?? root, part);
    const [top] = merged;
    if (top === undefined) return undefined;
    if (rest.length === 0 && top.inode.type !== 'dir') return top;
    if (top.inode.type === 'symlink') {
      if (++symlinkCount > symlinkCountMax) return undefined;
      const target = top.inode.target ?? '';
      if (target.startsWith('/')) stack.length = 1;
      rest.push(...target.split('/').toReversed());
    } else if (top.inode.type === 'dir') stack.push(merged);
    else return undefined;
  }
  return stack.at(-1)?.[0];
}

/** A name in a merged directory. */
function childOf(directory: Merged, name: string): Merged {
  return merge(directory.flatMap(({ layer, inode }) => foundAt(layer, inode.children?.get(name))));
}

/** Of what layers have under one name, top first, what is seen: directories merge until one is opaque. */
function merge(found: readonly Found[]): Merged {
  const result: Found[] = [];
  for (const one of found) {
    if (one.inode.type !== 'dir')
      return result.length > 0 ? result : isWhiteout(one.inode) ? [] : [one];
    result.push(one);
    if (one.inode.xattrs?.[opaqueXattr] !== undefined) break;
  }
  return result;
}

function foundAt(layer: LayerIndex, number: number | undefined): Found[] {
  const inode = number === undefined ? undefined : layer.inodes[number];
  return inode === undefined ? [] : [{ layer, inode }];
}

function isWhiteout({ type, device }: LayerInode): boolean {
  return type === 'char' && device?.major === 0 && device.minor === 0;
}
