/**
 * COPY and ADD without a machine: from a tree of files and the tree of the stage, the entries of a layer. Symlinks on
 * the way to the destination are followed inside the stage's root.
 */
import { IgnorePatterns } from '../../lib/ignore-patterns.ts';
import { KindError } from '../../lib/errors.ts';
import { layerXattrs } from '../../image/layer-xattrs.ts';
import type { TarWriterEntry } from '../../image/tar-writer.ts';
import { changeMode } from './file-mode.ts';
import { resolvePath, type ResolvedPath, type TreeNode } from './file-tree.ts';
import type { CopySource } from './copy-sources.ts';
import { LayerEntries, type LayerEntry } from './layer-entries.ts';

export interface CopyOptions {
  /** The stage as it is. */
  readonly root: TreeNode;
  /** Absolute; a slash at its end means a directory. */
  readonly destination: string;
  /** Undefined keeps the owners of the source. */
  readonly owner: Owner | undefined;
  /** Of directories made on the way. */
  readonly parentOwner: Owner;
  readonly chmod: string;
  readonly parents: boolean;
  readonly excludes: readonly string[];
  /** Seconds since 1970: of directories made on the way and of files without a time of their own. */
  readonly nowSeconds: number;
}

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export class CopyLayer {
  readonly entries = new LayerEntries();
  readonly #options: CopyOptions;
  readonly #ignore: IgnorePatterns;
  /** Hard links of one source stay links of one file. */
  readonly #placed = new Map<object, string>();
  #parent: (ResolvedPath & { readonly asked: string }) | undefined;
  /** Whose directories are in the layer. */
  #parentOf = '';
  #owner: Owner | undefined;
  #parentOwner: Owner;

  constructor(options: CopyOptions) {
    this.#options = options;
    this.#owner = options.owner;
    this.#parentOwner = options.parentOwner;
    this.#ignore = new IgnorePatterns(options.excludes);
  }

  /** `isSeveral`: the destination has to be a directory, as there are more sources. */
  copy({ path, pivot, node }: CopySource, isSeveral: boolean): void {
    const { destination, parents } = this.#options;
    const isDirectoryName = destination.endsWith('/') || isSeveral || parents;
    if (parents) {
      const kept = path
        .split('/')
        .slice(pivot ?? 0)
        .join('/');
      this.#copyNode(`${destination}/${kept}`, { path, node });
    } else if (node.isDirectory) this.#copyDirectory(destination, { path: '', node });
    else {
      const existing = this.#lookup(destination);
      const isInside = isDirectoryName || existing === 'dir';
      const name = path.split('/').at(-1) ?? '';
      this.#copyNode(isInside ? `${destination}/${name}` : destination, { path: name, node });
    }
  }

  /** A file that the Dockerfile itself brings, or that was downloaded. */
  addFile(file: {
    readonly name: string;
    readonly content: Uint8Array | TreeNode;
    readonly isSeveral: boolean;
    readonly mode?: number;
    readonly mtimeSeconds?: number;
  }): void {
    const { destination, chmod, owner, nowSeconds } = this.#options;
    const isInside =
      destination.endsWith('/') || file.isSeveral || this.#lookup(destination) === 'dir';
    const path = this.#place(isInside ? `${destination}/${file.name}` : destination);
    const mode = file.mode ?? 0o644;
    this.entries.set(path, {
      type: 'file',
      mode: chmod === '' ? mode : changeMode(chmod, { mode, isDirectory: false }),
      uid: owner?.uid ?? 0,
      gid: owner?.gid ?? 0,
      mtimeSeconds: file.mtimeSeconds ?? nowSeconds,
      content: file.content,
    });
  }

  /** Whether there was anything to make. */
  makeDirectory(path: string): boolean {
    const resolved = this.#resolve(path);
    const type = this.#type(resolved);
    if (type === 'dir') return false;
    if (type !== undefined) throw notADirectory(path);
    this.#makeParents(resolved);
    this.#addDirectory(resolved);
    return true;
  }

  /** What an archive holds goes into the destination. */
  copyArchive(root: TreeNode, keepOwners: boolean): void {
    const { owner, parentOwner } = this.#options;
    if (keepOwners) {
      this.#owner = undefined;
      this.#parentOwner = { uid: 0, gid: 0 };
    }
    try {
      this.makeDirectory(this.#options.destination);
      const target = this.#resolve(this.#options.destination);
      for (const [name, child] of root.children)
        this.#copyNode(`/${target}/${name}`, { path: name, node: child });
    } finally {
      this.#owner = owner;
      this.#parentOwner = parentOwner;
    }
  }

  #copyNode(destination: string, { path, node }: CopySource): void {
    if (node.isDirectory) {
      this.#copyDirectory(destination, { path, node });
      return;
    }
    const target = this.#place(destination);
    const before = this.#placed.get(node.inode);
    const isLink = before !== undefined && before !== target && node.inode.linkCount > 1;
    this.entries.set(target, isLink ? { type: 'link', linkName: before } : this.#entryOf(node));
    if (!isLink) this.#placed.set(node.inode, target);
  }

  /** What is in it goes into the destination; a new directory gets its attributes, an existing one its own mode. */
  #copyDirectory(destination: string, { path, node }: CopySource): void {
    const resolved = this.#resolve(destination);
    const type = this.#type(resolved);
    if (type !== undefined && type !== 'dir') throw notADirectory(destination);
    this.#makeParents(resolved);
    // One that the source itself names keeps what it is; one found below takes the source's attributes.
    const isKept = path === '' && type === 'dir';
    if (isKept) this.#makeParents(`${resolved}/`);
    else if (resolved !== '') this.entries.set(resolved, this.#entryOf(node));
    for (const [name, child] of node.children) {
      const at = path === '' ? name : `${path}/${name}`;
      const isIgnored = this.#ignore.matches(at);
      if (isIgnored && !(child.isDirectory && this.#ignore.mayKeepBelow(at))) continue;
      this.#copyNode(`/${resolved}/${name}`, { path: at, node: child });
    }
  }

  /** The path, resolved but for its last part, which is replaced. */
  #place(destination: string): string {
    const trimmed = destination.replace(/\/+$/, '');
    const slash = trimmed.lastIndexOf('/');
    const name = trimmed.slice(slash + 1);
    const parent = this.#resolveParent(trimmed.slice(0, slash));
    const whole = [parent.path, name].filter(Boolean).join('/');
    // Nothing of the stage is there, as for most files of most copies.
    if (!['', '.', '..'].includes(name) && parent.node?.children.has(name) !== true) {
      if (this.entries.get(whole)?.type === 'dir')
        throw new PlaceError(`cannot copy to directory: /${whole}`);
      this.#makeParents(whole);
      return whole;
    }
    // A link to a file is replaced; one to a directory is that directory, which no file can take the place of.
    const through = this.#resolve(`/${whole}`);
    if (this.#type(through) === 'dir')
      throw new PlaceError(`cannot copy to directory: /${through}`);
    this.#makeParents(whole);
    return whole;
  }

  /** Files that lie side by side ask for the same directory. */
  #resolveParent(path: string): ResolvedPath {
    if (this.#parent?.asked !== path)
      this.#parent = { asked: path, ...resolvePath(this.#options.root, path) };
    return this.#parent;
  }

  #resolve(path: string): string {
    return resolvePath(this.#options.root, path).path;
  }

  #lookup(path: string): LayerEntry['type'] | undefined {
    return this.#type(this.#resolve(path));
  }

  /** Of a resolved path, what this layer has made counted in. */
  #type(path: string): LayerEntry['type'] | undefined {
    if (path === '') return 'dir';
    const own = this.entries.get(path)?.type;
    if (own !== undefined) return own;
    return resolvePath(this.#options.root, path, { keepLast: true }).node?.inode.type;
  }

  #makeParents(path: string): void {
    const directory = path.slice(0, path.lastIndexOf('/') + 1);
    if (directory !== '' && directory === this.#parentOf) return;
    const parts = path.split('/').slice(0, -1);
    parts.forEach((_part, index) => {
      const parent = parts.slice(0, index + 1).join('/');
      if (this.entries.get(parent)?.type === 'dir') return;
      const type = this.#type(parent);
      if (type !== undefined && type !== 'dir') throw notADirectory(`/${parent}`);
      this.#addDirectory(parent);
    });
    this.#parentOf = directory;
  }

  /** One that is there goes into the layer as it is, as it would in overlayfs. */
  #addDirectory(path: string): void {
    const { node } = resolvePath(this.#options.root, path, { keepLast: true });
    const { nowSeconds } = this.#options;
    this.entries.set(
      path,
      node === undefined
        ? { type: 'dir', mode: 0o755, ...this.#parentOwner, mtimeSeconds: nowSeconds }
        : plainEntry(node),
    );
  }

  #entryOf(node: TreeNode): LayerEntry {
    const { chmod } = this.#options;
    const entry = plainEntry(node);
    const { isDirectory } = node;
    const isChanged = chmod !== '' && entry.type !== 'symlink';
    return {
      ...entry,
      ...this.#owner,
      ...(isChanged ? { mode: changeMode(chmod, { mode: entry.mode ?? 0, isDirectory }) } : {}),
    };
  }
}

/** A file as it lies in its layer. */
export function plainEntry(node: TreeNode): LayerEntry {
  const { type, mode, uid, gid, mtimeSeconds, target, device } = node.inode;
  const entryType: TarWriterEntry['type'] = type;
  return {
    type: entryType,
    mode,
    uid,
    gid,
    mtimeSeconds,
    ...(target === undefined ? {} : { linkName: target }),
    ...(device === undefined ? {} : { deviceMajor: device.major, deviceMinor: device.minor }),
    ...layerXattrs(node.xattrs),
    ...(type === 'file' ? { content: node } : {}),
  };
}

/** What is to be copied has no place at its destination. */
export class PlaceError extends KindError {
  constructor(message: string) {
    super('invalidParameter', message);
    this.name = 'PlaceError';
  }
}

function notADirectory(path: string): PlaceError {
  return new PlaceError(`cannot copy to non-directory: ${path}`);
}
