/** What an image holds at the end: its layers laid over one another, read from the archive of `docker save`. */
import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { TarReader, type TarEntry } from '../../src/image/tar-reader.ts';

/**
 * One path of a root file system, without times: `file 644 0:0 6 <sha256>`, `dir 755 0:0`, `symlink 777 0:0 -> target`,
 * `char 600 0:0 1:3`, then ` name=<base64>` for each extended attribute.
 */
export type TreeEntry = string;

export interface SavedImage {
  readonly config: Readonly<Record<string, unknown>>;
  /** Uncompressed, bottom first. */
  readonly layers: readonly Uint8Array[];
}

export type Tree = Map<string, TreeEntry>;

/** The one image of an archive in Docker's or buildah's form. */
export function readSaved(archive: Uint8Array): SavedImage {
  const files = new Map<string, Uint8Array>();
  const links = new Map<string, string>();
  readEntries(archive, (entry, data) => {
    const name = posix.normalize(entry.name);
    if (entry.type === 'file') files.set(name, data);
    else if (entry.type === 'symlink')
      links.set(name, posix.join(posix.dirname(name), entry.linkName));
  });
  const fileOf = (name = ''): Uint8Array => {
    const bytes = files.get(links.get(name) ?? name);
    if (bytes === undefined) throw new Error(`The archive lacks "${name}"`);
    return bytes;
  };
  const parse = (name?: string): unknown => JSON.parse(new TextDecoder().decode(fileOf(name)));
  const [manifest] = parse('manifest.json') as { Config: string; Layers: string[] }[];
  return {
    config: parse(manifest?.Config) as Record<string, unknown>,
    layers: (manifest?.Layers ?? []).map((name) => fileOf(name)),
  };
}

export function treeOf(layers: readonly Uint8Array[]): Tree {
  const tree: Tree = new Map();
  for (const layer of layers) applyLayer(tree, layer);
  return tree;
}

/** Paths that differ from the base: their entries, and null for those that are gone. Sorted. */
export function changesFrom(base: Tree, tree: Tree): Record<string, TreeEntry | null> {
  const changes = new Map<string, TreeEntry | null>();
  for (const [path, entry] of tree) if (base.get(path) !== entry) changes.set(path, entry);
  for (const path of base.keys()) if (!tree.has(path)) changes.set(path, null);
  return Object.fromEntries([...changes].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const whiteoutPrefix = '.wh.';
const opaqueMarker = '.wh..wh..opq';

function applyLayer(tree: Tree, layer: Uint8Array): void {
  const below = [...tree.keys()];
  const own = new Set<string>();
  readEntries(layer, (entry, data) => {
    const path = posix.join('/', entry.name).replace(/(.)\/$/, '$1');
    const name = posix.basename(path);
    const parent = posix.dirname(path);
    if (name === opaqueMarker) removeBelow(tree, { parent, below, own });
    else if (name.startsWith(whiteoutPrefix))
      removeTree(tree, posix.join(parent, name.slice(whiteoutPrefix.length)));
    else if (path !== '/') {
      if (entry.type !== 'dir') removeTree(tree, path);
      own.add(path);
      tree.set(path, treeEntry(tree, entry, data));
    }
  });
}

/** What lower layers put below an opaque directory; this layer's own files stay. */
function removeBelow(
  tree: Tree,
  { parent, below, own }: { parent: string; below: readonly string[]; own: ReadonlySet<string> },
): void {
  for (const path of below) if (path.startsWith(`${parent}/`) && !own.has(path)) tree.delete(path);
}

function removeTree(tree: Tree, path: string): void {
  tree.delete(path);
  for (const other of tree.keys()) if (other.startsWith(`${path}/`)) tree.delete(other);
}

/** A hard link is compared by what it leads to, which is the same file. */
function treeEntry(tree: Tree, entry: TarEntry, data: Uint8Array): TreeEntry {
  if (entry.type === 'link') {
    const target = tree.get(posix.join('/', entry.linkName));
    if (target === undefined) throw new Error(`"${entry.name}" links to nothing`);
    return target;
  }
  const parts = [entry.type, entry.mode.toString(8), `${entry.uid}:${entry.gid}`];
  if (entry.type === 'symlink') parts.push('->', entry.linkName);
  if (entry.type === 'file')
    parts.push(String(entry.sizeBytes), createHash('sha256').update(data).digest('hex'));
  if (entry.type === 'char' || entry.type === 'block')
    parts.push(`${entry.deviceMajor}:${entry.deviceMinor}`);
  for (const name of Object.keys(entry.xattrs).sort())
    parts.push(`${name}=${Buffer.from(entry.xattrs[name] ?? []).toString('base64')}`);
  return parts.join(' ');
}

/** Every entry with its data; no test image is large. */
function readEntries(archive: Uint8Array, take: (entry: TarEntry, data: Uint8Array) => void): void {
  let current: TarEntry | undefined;
  let chunks: Uint8Array[] = [];
  const flush = () => {
    if (current !== undefined) take(current, Buffer.concat(chunks));
    chunks = [];
  };
  const reader = new TarReader({
    entry: (entry) => {
      flush();
      current = entry;
    },
    data: (bytes) => void chunks.push(bytes.slice()),
  });
  reader.write(archive);
  reader.finish();
  flush();
}
