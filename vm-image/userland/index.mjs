/** Writes the index that `src/guest/ninep/machine-index.ts` reads; its layout is described there. */
import { posix } from 'node:path';
import { readElf } from '../support/elf.mjs';
import { sourceDateEpochSeconds } from '../support/run.mjs';

const letterOfType = { file: 'f', dir: 'd', symlink: 'l' };

/**
 * The index and boot pack as one byte string. `bootParts` lists `{ path, offset, length }` of what
 * the shell touches before its first prompt.
 */
export function encodeIndex(tree, { blobs, places, everyday, bootParts, libraryFolders }) {
  const { inodeOf, nodes, names, parents, inodes } = numberInodes(tree);
  const files = nodes.filter((node) => node.type === 'file');
  const place = (node) => places.get(node) ?? { blob: -1, offset: 0 };
  const boot = bootParts.map(({ path, offset, length }) => {
    const { node } = tree.resolve(path);
    const end = Math.min(offset + length, node.content.length);
    return {
      entry: [inodeOf.get(node), offset, end - offset],
      bytes: node.content.subarray(offset, end),
    };
  });
  const json = {
    version: 1,
    mtimeSeconds: sourceDateEpochSeconds,
    blobs: blobs.map(({ sha256 }) => sha256),
    blobSizes: blobs.map(({ content }) => content.length),
    types: nodes.map(({ type }) => letterOfType[type]).join(''),
    modes: nodes.map(({ mode }) => mode),
    owners: nodes.flatMap(({ uid, gid }, inode) => (uid || gid ? [[inode, uid, gid]] : [])),
    sizes: files.map(({ content }) => content.length),
    fileBlobs: files.map((node) => place(node).blob),
    fileOffsets: files.map((node) => place(node).offset),
    targets: nodes.flatMap(({ type, target }) => (type === 'symlink' ? [target] : [])),
    names,
    parents,
    inodes,
    boot: boot.map(({ entry }) => entry),
    groups: { everyday },
    needs: libraryNeeds(tree, { nodes, places, libraryFolders }),
  };
  const text = Buffer.from(JSON.stringify(json));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  return Buffer.concat([length, text, ...boot.map(({ bytes }) => bytes)]);
}

/** Inode numbers in path order; hard links share one. */
function numberInodes(tree) {
  const root = tree.get('');
  const inodeOf = new Map([[root, 0]]);
  const nodes = [root];
  const [names, parents, inodes] = [[], [], []];
  for (const [path, node] of tree.entries()) {
    if (letterOfType[node.type] === undefined)
      throw new Error(`Cannot index "${path}": "${node.type}"`);
    if (!inodeOf.has(node)) {
      inodeOf.set(node, nodes.length);
      nodes.push(node);
    }
    const parent = posix.dirname(path);
    names.push(posix.basename(path));
    parents.push(inodeOf.get(tree.get(parent === '.' ? '' : parent)));
    inodes.push(inodeOf.get(node));
  }
  return { inodeOf, nodes, names, parents, inodes };
}

/** For each program the blobs of all libraries that the linker will open for it. */
function libraryNeeds(tree, { nodes, places, libraryFolders }) {
  const elfOf = new Map();
  for (const [path, node] of tree.entries()) {
    const elf = node.type === 'file' ? readElf(node.content) : undefined;
    if (elf !== undefined) elfOf.set(node, { ...elf, path });
  }
  const find = (soname, user) => {
    for (const folder of libraryFolders) {
      const found = tree.resolve(`${folder}/${soname}`)?.node;
      if (found !== undefined) return found;
    }
    throw new Error(`Cannot find "${soname}", which "${user}" needs`);
  };
  const closure = (node, seen) => {
    for (const soname of elfOf.get(node)?.needed ?? []) {
      const library = find(soname, elfOf.get(node).path);
      if (!seen.has(library)) closure(library, seen.add(library));
    }
    return seen;
  };
  return nodes.flatMap((node, inode) => {
    const libraries = [...closure(node, new Set())];
    if (libraries.length === 0 || elfOf.get(node).interpreter === undefined) return [];
    const own = places.get(node).blob;
    const blobs = new Set(libraries.map((library) => places.get(library).blob));
    blobs.delete(own);
    return [[inode, ...[...blobs].sort((a, b) => a - b)]];
  });
}
