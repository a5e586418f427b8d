/**
 * Makes the index of a layer while its tar streams by. What Docker's unpacking would make of the
 * entries in a directory of the layer's own, the index says: paths stay inside the layer whatever
 * they say, the last entry of a name wins, directories merge, hard links share an inode, whiteouts
 * take overlayfs form.
 *
 * In one thing it follows the OCI specification and not Docker: a whiteout only hides lower layers,
 * so a name that a layer both whites out and holds stays, in whichever order (a directory is opaque
 * then); Docker refuses the one order and lets the lower directory show through in the other.
 */
import type { Digest } from './digest.ts';
import type { LayerIndex } from './layer-index.ts';
import type { IndexOptions } from './layer-store.ts';
import { type LayerNode, createNode, freezeTree, markOpaque, setXattr } from './layer-node.ts';
import { pathLengthMax, resolveDirectory, splitPath } from './layer-path.ts';
import { byteStringLength } from '../lib/byte-string.ts';
import { KindError } from '../lib/errors.ts';
import { invalidTar } from './tar-error.ts';
import { type TarEntry, TarReader } from './tar-reader.ts';
import { isOverlayXattr, parseWhiteout, whiteoutDevice } from './whiteout.ts';

/** Entries of one layer: a hundred times a large one, and some 200 MB of memory. */
export const layerEntryCountMax = 1 << 20;
/** Beyond this Docker sets the epoch: it is what a 64-bit count of nanoseconds holds. */
const mtimeSecondsMax = 9_223_372_036;
/** XATTR_NAME_MAX and XATTR_SIZE_MAX of Linux. */
const xattrNameLengthMax = 255;
const xattrValueLengthMax = 65_536;
const idMax = 0xffff_ffff;

export class LayerIndexer {
  readonly #root = createNode('dir');
  readonly #reader = new TarReader({ entry: (entry) => this.#add(entry) });
  readonly #plainNames: boolean;
  readonly #check: ((entry: TarEntry) => void) | undefined;
  #entryCount = 0;

  constructor({ plainNames = false, check }: IndexOptions = {}) {
    this.#plainNames = plainNames;
    this.#check = check;
  }

  /** The next bytes of the uncompressed tar. Throws `invalidParameter` for what cannot be unpacked. */
  write(chunk: Uint8Array): void {
    this.#reader.write(chunk);
  }

  /** Call behind the last byte, with the digest of them all. */
  finish(diffId: Digest): LayerIndex {
    this.#reader.finish();
    return freezeTree(this.#root, diffId);
  }

  #add(entry: TarEntry): void {
    if (++this.#entryCount > layerEntryCountMax) {
      throw new KindError('resourceExhausted', `layer has more than ${layerEntryCountMax} entries`);
    }
    this.#check?.(entry);
    const parts = splitPath(entry.name);
    const name = parts.pop();
    if (name === undefined) {
      this.#setRootTime(entry);
      return;
    }
    checkEntry(entry);
    const parent = this.#directory(parts);
    const whiteout = this.#plainNames ? undefined : parseWhiteout(name);
    if (whiteout === undefined) this.#place(parent, name, entry);
    else if (whiteout.kind === 'opaque') markOpaque(parent);
    else if (whiteout.kind === 'hidden') hide(parent, whiteout.name, entry);
  }

  #directory(parts: readonly string[]): LayerNode {
    const directory = resolveDirectory(this.#root, parts, { create: true });
    if (directory === undefined) throw invalidTar(`/${parts.join('/')}: no such file or directory`);
    return directory;
  }

  /** Docker leaves the root's owner and mode alone: they are those of the directory it unpacks into. */
  #setRootTime({ mtimeSeconds, mtimeNanoseconds }: TarEntry): void {
    Object.assign(this.#root, clampTime({ mtimeSeconds, mtimeNanoseconds }));
  }

  #place(parent: LayerNode, name: string, entry: TarEntry): void {
    const before = parent.children.get(name);
    const node = this.#makeNode(entry, before);
    if (node === before) return;
    if (before?.isWhiteout === true && node.type === 'dir') markOpaque(node);
    if (node.type === 'dir') node.parent = parent;
    parent.children.set(name, node);
  }

  #makeNode(entry: TarEntry, before: LayerNode | undefined): LayerNode {
    if (entry.type === 'link') return this.#link(entry);
    if (entry.type === 'other') {
      throw invalidTar(`unhandled tar header type ${entry.typeflag.charCodeAt(0)}`);
    }
    const node = entry.type === 'dir' && before?.type === 'dir' ? before : createNode(entry.type);
    applyMetadata(node, entry);
    if (entry.type === 'file') {
      node.sizeBytes = entry.sizeBytes;
      node.extents = entry.extents;
    } else if (entry.type === 'symlink') {
      node.target = entry.linkName;
      node.sizeBytes = byteStringLength(entry.linkName);
    } else if (entry.type === 'char' || entry.type === 'block') {
      node.device = { major: entry.deviceMajor, minor: entry.deviceMinor };
    }
    return node;
  }

  /** The target's node; the link's own metadata becomes the inode's, as when Docker unpacks it. */
  #link(entry: TarEntry): LayerNode {
    const parts = splitPath(entry.linkName);
    const name = parts.pop();
    const directory = resolveDirectory(this.#root, parts, { create: false });
    const target = name === undefined ? this.#root : directory?.children.get(name);
    // What this tar does not hold may be in a lower layer.
    if (target === undefined || target.isWhiteout) {
      return createNode('link', { target: [...parts, name].join('/') });
    }
    if (target.type === 'dir') {
      throw invalidTar(
        `link /${[...parts, name ?? ''].join('/')} ${entry.name}: operation not permitted`,
      );
    }
    if (target.type !== 'link') applyMetadata(target, entry);
    return target;
  }
}

function checkEntry({ name, linkName, type, uid, gid, xattrs }: TarEntry): void {
  if (uid < 0 || uid > idMax || gid < 0 || gid > idMax) {
    throw invalidTar(`lchown ${name}: invalid argument`);
  }
  for (const [xattr, { length }] of Object.entries(xattrs)) {
    if (xattr === '' || xattr.length > xattrNameLengthMax || length > xattrValueLengthMax) {
      throw invalidTar(`lsetxattr ${xattr} ${name}: numerical result out of range`);
    }
  }
  if (type !== 'symlink') return;
  if (linkName === '') throw invalidTar(`symlink ${name}: no such file or directory`);
  if (byteStringLength(linkName) > pathLengthMax)
    throw invalidTar(`symlink ${name}: file name too long`);
}

function applyMetadata(node: LayerNode, entry: TarEntry): void {
  node.uid = entry.uid;
  node.gid = entry.gid;
  // Linux has no modes on symlinks, and a link to one must not set it.
  if (node.type === 'symlink') node.mode = 0o777;
  else node.mode = entry.mode;
  Object.assign(node, clampTime(entry));
  for (const [name, value] of Object.entries(entry.xattrs)) {
    if (!isOverlayXattr(name)) setXattr(node, name, value);
  }
}

function clampTime(time: { readonly mtimeSeconds: number; readonly mtimeNanoseconds: number }): {
  readonly mtimeSeconds: number;
  readonly mtimeNanoseconds: number;
} {
  const { mtimeSeconds, mtimeNanoseconds } = time;
  if (mtimeSeconds >= 0 && mtimeSeconds <= mtimeSecondsMax)
    return { mtimeSeconds, mtimeNanoseconds };
  return { mtimeSeconds: 0, mtimeNanoseconds: 0 };
}

/** A name that this layer holds itself stays; a directory then hides what is below it. */
function hide(parent: LayerNode, name: string, entry: TarEntry): void {
  if (name === '' || name === '.' || name === '..') {
    throw invalidTar(`invalid whiteout name: ${entry.name}`);
  }
  const before = parent.children.get(name);
  if (before?.type === 'dir') markOpaque(before);
  if (before !== undefined) return;
  const { uid, gid } = entry;
  const device = whiteoutDevice;
  const node = createNode('char', { mode: 0, uid, gid, device, isWhiteout: true });
  Object.assign(node, clampTime(entry));
  parent.children.set(name, node);
}
