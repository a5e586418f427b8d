/** Paths in a layer: cleaned as Docker does, and resolved inside the layer as its chroot would. */
import { byteStringLength } from '../lib/byte-string.ts';
import { type LayerNode, createNode, markOpaque } from './layer-node.ts';
import { invalidTar } from './tar-error.ts';

/** Limits of Linux: NAME_MAX, and PATH_MAX without its NUL. */
const nameLengthMax = 255;
export const pathLengthMax = 4095;
/** MAXSYMLINKS of the kernel. */
const symlinkCountMax = 40;

/** Components of a path from the layer's root; `..` does not lead above it. */
export function splitPath(path: string): string[] {
  if (byteStringLength(path) > pathLengthMax) throw invalidTar(`${path}: file name too long`);
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else {
      if (byteStringLength(part) > nameLengthMax) throw invalidTar(`${path}: file name too long`);
      if (part.includes('\0')) throw invalidTar(`${path}: invalid argument`);
      parts.push(part);
    }
  }
  return parts;
}

export interface ResolveOptions {
  /** Makes directories that are missing, as root's with mode 0755. Otherwise they give undefined. */
  readonly create: boolean;
}

/**
 * The directory at `parts`, symlinks followed inside the layer. Throws for what is no directory.
 */
export function resolveDirectory(
  root: LayerNode,
  parts: readonly string[],
  options: ResolveOptions,
): LayerNode | undefined {
  let node = root;
  let symlinkCount = 0;
  const rest = parts.toReversed();
  /** How many of `rest`, at its bottom, are components of the path itself and of no symlink. */
  let ownCount = rest.length;
  for (let part = rest.pop(); part !== undefined; part = rest.pop()) {
    const isOwn = rest.length < ownCount;
    ownCount = Math.min(ownCount, rest.length);
    if (part === '' || part === '.') continue;
    if (part === '..') {
      node = node.parent ?? node;
      continue;
    }
    const child = node.children.get(part);
    if (child === undefined || child.isWhiteout) {
      if (!options.create) return undefined;
      // Through a dangling symlink nothing can be made.
      if (!isOwn) throw invalidTar(`/${parts.join('/')}: no such file or directory`);
      node = addDirectory(node, part);
    } else if (child.type === 'symlink') {
      if (++symlinkCount > symlinkCountMax) {
        throw invalidTar(`/${parts.join('/')}: too many levels of symbolic links`);
      }
      if (child.target.startsWith('/')) node = root;
      rest.push(...child.target.split('/').toReversed());
    } else if (child.type === 'dir') node = child;
    else if (child.type === 'link' && !options.create) return undefined;
    else throw invalidTar(`/${parts.join('/')}: not a directory`);
  }
  return node;
}

/** A directory that no entry describes (so far). One that replaces a whiteout hides what is below. */
function addDirectory(parent: LayerNode, name: string): LayerNode {
  const directory = createNode('dir', { parent });
  if (parent.children.get(name)?.isWhiteout === true) markOpaque(directory);
  parent.children.set(name, directory);
  return directory;
}
