/** Layers for tests: tars from a few words, indexed, and a readable picture of what came out. */
import type { Digest } from './digest.ts';
import type { LayerIndex } from './layer-index.ts';
import { LayerIndexer } from './layer-indexer.ts';
import { type TarWriterEntry, tarArchive } from './tar-writer.ts';

export type FixtureEntry = TarWriterEntry & { readonly data?: Uint8Array };

export const someDiffId: Digest = `sha256:${'a'.repeat(64)}`;

export function file(
  name: string,
  content = '',
  fields: Partial<TarWriterEntry> = {},
): FixtureEntry {
  return { name, type: 'file', data: new TextEncoder().encode(content), ...fields };
}

export function dir(name: string, fields: Partial<TarWriterEntry> = {}): FixtureEntry {
  return { name, type: 'dir', ...fields };
}

export function link(name: string, linkName: string): FixtureEntry {
  return { name, type: 'link', linkName };
}

export function symlink(name: string, linkName: string): FixtureEntry {
  return { name, type: 'symlink', linkName };
}

/** Indexes a tar in chunks of `chunkSize`. */
export function indexTar(
  tar: Uint8Array,
  { diffId = someDiffId, chunkSize = 65_536 }: { diffId?: Digest; chunkSize?: number } = {},
): LayerIndex {
  const indexer = new LayerIndexer();
  for (let at = 0; at < tar.length; at += chunkSize) {
    indexer.write(tar.subarray(at, at + chunkSize));
  }
  return indexer.finish(diffId);
}

export function indexEntries(entries: readonly FixtureEntry[], diffId?: Digest): LayerIndex {
  return indexTar(tarArchive(entries), diffId === undefined ? {} : { diffId });
}

/** One line a name: path, type, mode, inode number, and what else there is to say. */
export function describeLayer(index: LayerIndex, tar?: Uint8Array): Record<string, string> {
  const lines: Record<string, string> = {};
  const visit = (number: number, path: string): void => {
    const inode = index.inodes[number];
    if (inode === undefined) throw new Error(`no inode ${number}`);
    const { type, mode, uid, gid, linkCount, target, device, xattrs = {}, extents = [] } = inode;
    const words = [type, mode.toString(8), `${uid}:${gid}`, `links=${linkCount}`];
    if (target !== undefined) words.push(`-> ${target}`);
    if (device !== undefined) words.push(`${device.major},${device.minor}`);
    for (const [name, value] of Object.entries(xattrs)) {
      words.push(`${name}=${new TextDecoder().decode(value)}`);
    }
    if (tar !== undefined && type === 'file') {
      const parts = extents.map(({ tarOffset, length }) =>
        new TextDecoder().decode(tar.subarray(tarOffset, tarOffset + length)),
      );
      words.push(JSON.stringify(parts.join('')));
    }
    lines[path === '' ? '/' : path] = words.join(' ');
    for (const [name, child] of inode.children ?? []) visit(child, `${path}/${name}`);
  };
  visit(0, '');
  return lines;
}

/** Number of the inode at a path. */
export function inodeAt(index: LayerIndex, path: string): number {
  let number = 0;
  for (const part of path.split('/').filter((name) => name !== '')) {
    const next = index.inodes[number]?.children?.get(part);
    if (next === undefined) throw new Error(`no ${path}`);
    number = next;
  }
  return number;
}
