/**
 * A tree of files in memory: what a root file system or a layer is made of before it is packed.
 * Paths have no leading slash. Parents appear by themselves, owned by root with mode 755.
 */
import { chmodSync, chownSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { normalizePath } from './tar.mjs';

/** Folders that hold links to their twins below /usr since Debian 12. */
const mergedFolders = ['bin', 'sbin', 'lib'];

export class FileTree {
  /** Path to node; two paths with the same node are hard links. */
  #nodes = new Map();

  constructor() {
    this.#nodes.set('', { type: 'dir', mode: 0o755, uid: 0, gid: 0 });
  }

  has(path) {
    return this.#nodes.has(normalizePath(path));
  }

  get(path) {
    return this.#nodes.get(normalizePath(path));
  }

  /** The node a path leads to when symlinks are followed, with its own path; undefined when none. */
  resolve(path, depth = 0) {
    if (depth > 40) throw new Error(`Cannot resolve "${path}": too many links`);
    let current = '';
    const parts = path.split('/').filter((part) => part !== '');
    for (const [index, part] of parts.entries()) {
      current = posix.normalize(posix.join('/', current, part)).slice(1);
      const node = this.#nodes.get(current);
      if (node === undefined) return undefined;
      if (node.type !== 'symlink') continue;
      const rest = parts.slice(index + 1).join('/');
      const base = node.target.startsWith('/') ? '/' : `/${posix.dirname(current)}`;
      return this.resolve(posix.normalize(posix.join('/', base, node.target, rest)), depth + 1);
    }
    return { path: current, node: this.#nodes.get(current) };
  }

  directory(path, { mode = 0o755, uid = 0, gid = 0 } = {}) {
    this.#set(path, { type: 'dir', mode, uid, gid });
  }

  file(path, content, { mode = 0o644, uid = 0, gid = 0 } = {}) {
    this.#set(path, { type: 'file', mode, uid, gid, content: Buffer.from(content) });
  }

  symlink(path, target) {
    this.#set(path, { type: 'symlink', mode: 0o777, uid: 0, gid: 0, target });
  }

  /** Another name for a file. */
  link(path, existing) {
    const node = this.get(existing);
    if (node === undefined) throw new Error(`Cannot link "${path}": "${existing}" does not exist`);
    this.#set(path, node);
  }

  /** Removes a path and everything below it; a missing one is no error. */
  remove(path) {
    const name = normalizePath(path);
    for (const key of this.#nodes.keys()) {
      if (key === name || key.startsWith(`${name}/`)) this.#nodes.delete(key);
    }
  }

  /** Adds archive entries that `keep(path, entry)` accepts; /bin and the like go below /usr. */
  addArchive(entries, keep = () => true) {
    for (const entry of entries) {
      const path = mergedPath(entry.path);
      if (path === '' || mergedFolders.includes(path) || !keep(path, entry)) continue;
      const { path: _path, ...node } = entry;
      if (node.type === 'link') this.link(path, mergedPath(node.target));
      else if (node.type !== 'dir' || this.get(path)?.type !== 'symlink') this.#set(path, node);
    }
  }

  /** Adds another tree's paths over this one's; the nodes are shared. */
  addTree(other) {
    for (const [path, node] of other.entries()) {
      const link = node.type === 'dir' && this.get(path)?.type === 'symlink';
      if (!link) this.#set(path, node);
    }
  }

  /** Makes /bin, /sbin and /lib the links that Debian has them be. */
  mergeUsr() {
    for (const folder of mergedFolders) {
      this.directory(`usr/${folder}`);
      this.symlink(folder, `usr/${folder}`);
    }
  }

  /** `[path, node]` sorted by path bytes, parents first, the root left out. */
  entries() {
    return [...this.#nodes]
      .filter(([path]) => path !== '')
      .sort(([a], [b]) => Buffer.compare(sortKey(a), sortKey(b)));
  }

  /** Entries as writeTar() takes them: later names of one file are links to the first. */
  *archive() {
    const first = new Map();
    for (const [path, node] of this.entries()) {
      if (node.type === 'file' && first.has(node)) {
        yield { ...node, path, type: 'link', target: first.get(node) };
      } else {
        if (node.type === 'file') first.set(node, path);
        yield { ...node, path };
      }
    }
  }

  /** Puts the tree on disk, for tests that run it natively. Owners need root. */
  writeTo(folder) {
    mkdirSync(folder, { recursive: true });
    const first = new Map();
    for (const [path, node] of this.entries()) {
      const target = join(folder, path);
      if (node.type === 'dir') mkdirSync(target, { recursive: true });
      else if (node.type === 'symlink') symlinkSync(node.target, target);
      else if (node.type === 'file' && first.has(node)) linkSync(first.get(node), target);
      else if (node.type === 'file') {
        writeFileSync(target, node.content);
        first.set(node, target);
      }
      if (node.type !== 'file' && node.type !== 'dir') continue;
      if (process.getuid?.() === 0) chownSync(target, node.uid, node.gid);
      chmodSync(target, node.mode);
    }
  }

  #set(path, node) {
    const name = normalizePath(path);
    const parent = posix.dirname(name);
    if (parent !== '.' && !this.#nodes.has(parent)) this.directory(parent);
    this.#nodes.set(name, node);
  }
}

function mergedPath(path) {
  const [first, ...rest] = path.split('/');
  return mergedFolders.includes(first) && rest.length > 0 ? `usr/${path}` : path;
}

/** Sorts `a/b` before `a-b`, so that a directory's files follow it. */
function sortKey(path) {
  return Buffer.from(path.replaceAll('/', '\u0001'));
}
