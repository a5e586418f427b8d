/** What each of stacked layers adds, changes, removes and wastes, read from the layers' indexes alone. Pure. */
import type { LayerEntryType, LayerIndex, LayerInode } from './layer-index.ts';
import { opaqueXattr } from './whiteout.ts';

export interface LayerChange {
  /** `/etc/passwd`. */
  readonly path: string;
  readonly change: 'added' | 'changed' | 'removed';
  readonly type: LayerEntryType;
  readonly sizeBytes: number;
}

export interface LayerChanges {
  /** In the order of their paths. A directory of a lower layer that only holds a change is none itself. */
  readonly changes: readonly LayerChange[];
  /** Bytes of the layer's files that layers above it replace or remove. */
  readonly wastedBytes: number;
}

interface Seen {
  readonly inode: LayerInode;
  /** Which layer it is from. */
  readonly layer: number;
  readonly children: Map<string, Seen>;
}

/** `indexes`: bottom first. */
export function layerChanges(indexes: readonly LayerIndex[]): LayerChanges[] {
  const stack = new Stack(indexes.length);
  const changes = indexes.map((index, layer) => stack.add(index, layer).sort(byPath));
  return changes.map((list, layer) => ({
    changes: list,
    wastedBytes: stack.wasted[layer] ?? 0,
  }));
}

/** The files as they are after some layers. */
class Stack {
  readonly wasted: number[];
  #root: Seen | undefined;

  constructor(layerCount: number) {
    this.wasted = Array<number>(layerCount).fill(0);
  }

  add(index: LayerIndex, layer: number): LayerChange[] {
    const changes: LayerChange[] = [];
    const inode = index.inodes[0];
    if (inode === undefined) return changes;
    this.#root ??= { inode, layer, children: new Map() };
    this.#merge(this.#root, inode, { index, layer, path: '', changes });
    return changes;
  }

  #merge(directory: Seen, inode: LayerInode, work: Work): void {
    const { index, path, changes } = work;
    if (inode.xattrs?.[opaqueXattr] !== undefined)
      for (const [name, hidden] of directory.children)
        if (inode.children?.has(name) !== true) this.#remove(directory, name, hidden, work);
    const names = [...(inode.children ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [name, number] of names) {
      const child = index.inodes[number];
      if (child === undefined) continue;
      const before = directory.children.get(name);
      if (child.type === 'char' && child.device?.major === 0 && child.device.minor === 0) {
        if (before !== undefined) this.#remove(directory, name, before, work);
        continue;
      }
      const isMerged = child.type === 'dir' && before?.inode.type === 'dir';
      const at = `${path}/${name}`;
      if (before === undefined || !isSame(before.inode, child))
        changes.push({
          path: at,
          change: before === undefined ? 'added' : 'changed',
          type: child.type,
          sizeBytes: sizeOf(child),
        });
      if (before !== undefined && !isMerged) this.#waste(before);
      const children = isMerged ? before.children : new Map<string, Seen>();
      const seen = { inode: child, layer: work.layer, children };
      directory.children.set(name, seen);
      if (child.type === 'dir') this.#merge(seen, child, { ...work, path: at });
    }
  }

  #remove(directory: Seen, name: string, hidden: Seen, { path, changes }: Work): void {
    directory.children.delete(name);
    const sizeBytes = this.#waste(hidden);
    changes.push({
      path: `${path}/${name}`,
      change: 'removed',
      type: hidden.inode.type,
      sizeBytes,
    });
  }

  /** Bytes that nobody sees any more. */
  #waste({ inode, layer, children }: Seen): number {
    const own = sizeOf(inode);
    this.wasted[layer] = (this.wasted[layer] ?? 0) + own;
    return [...children.values()].reduce((sum, child) => sum + this.#waste(child), own);
  }
}

interface Work {
  readonly index: LayerIndex;
  readonly layer: number;
  readonly path: string;
  readonly changes: LayerChange[];
}

function sizeOf({ type, sizeBytes }: LayerInode): number {
  return type === 'dir' ? 0 : sizeBytes;
}

/** A directory that a layer names only because of what is in it. */
function isSame(before: LayerInode, after: LayerInode): boolean {
  const { type, mode, uid, gid } = after;
  if (type !== 'dir' || before.type !== 'dir') return false;
  return mode === before.mode && uid === before.uid && gid === before.gid;
}

function byPath(a: LayerChange, b: LayerChange): number {
  return a.path < b.path ? -1 : 1;
}
