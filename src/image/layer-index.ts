/**
 * The index of one layer: what its tar holds and where each file's bytes lie, so that the layer is
 * served over 9p without ever being unpacked. Built once while the layer is pulled, stored beside it.
 * Whiteouts are already translated to overlayfs form: `.wh.x` is a character device 0/0 named `x`,
 * `.wh..wh..opq` is the xattr `trusted.overlay.opaque=y` of its directory.
 */
import type { Digest } from './digest.ts';

export const layerEntryTypes = ['file', 'dir', 'symlink', 'char', 'block', 'fifo'] as const;
export type LayerEntryType = (typeof layerEntryTypes)[number];

/** One inode. Hard links share it: several names in `LayerDirectory.children` point to one index. */
export interface LayerInode {
  readonly type: LayerEntryType;
  /** Permission bits with setuid, setgid and sticky: 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeSeconds: number;
  readonly mtimeNanoseconds: number;
  readonly sizeBytes: number;
  /** For files: runs of data in the uncompressed tar, in file order; what they do not cover reads as zero. */
  readonly extents?: readonly LayerExtent[];
  /** The layer whose tar holds the extents, when it is not this one: a hard link into a lower layer. */
  readonly contentOf?: Digest;
  /** For symlinks. */
  readonly target?: string;
  /** For devices. */
  readonly device?: { readonly major: number; readonly minor: number };
  readonly xattrs?: Readonly<Record<string, Uint8Array>>;
  /** For directories: name to inode number (index into `inodes`). */
  readonly children?: ReadonlyMap<string, number>;
  /** Number of names (files) or 2 + subdirectories (directories). */
  readonly linkCount: number;
}

export interface LayerExtent {
  /** Offset within the file, in bytes. */
  readonly fileOffset: number;
  /** Offset within the uncompressed tar, in bytes. */
  readonly tarOffset: number;
  readonly length: number;
}

export interface LayerIndex {
  readonly diffId: Digest;
  /** Inode 0 is the root directory. */
  readonly inodes: readonly LayerInode[];
  /** Hard links to names that only lower layers hold; absent when all are resolved (layer-links.ts). */
  readonly unresolvedLinks?: readonly UnresolvedLink[];
}

export interface UnresolvedLink {
  /** Inode of the directory the link belongs in. */
  readonly directory: number;
  readonly name: string;
  /** Path of the target from the root of the image, without a leading slash. */
  readonly target: string;
}

/** Bytes of everything but directories, each inode once, holes included: as Docker measures a layer. */
export function layerFileBytes({ inodes }: LayerIndex): number {
  return inodes.reduce((sum, { type, sizeBytes }) => (type === 'dir' ? sum : sum + sizeBytes), 0);
}
