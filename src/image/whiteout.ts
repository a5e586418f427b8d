/**
 * Whiteouts: how a layer's tar says that something of the layers below is gone (OCI image layer
 * specification), and how overlayfs says the same.
 */

const prefix = '.wh.';
const opaqueName = '.wh..wh..opq';
/** Left by aufs: directories of its own bookkeeping, which mean nothing here. */
const metadataPrefix = '.wh..wh.';

export const opaqueXattr = 'trusted.overlay.opaque';
export const opaqueValue = Uint8Array.of(0x79);

export type WhiteoutName =
  /** The directory hides everything below it. */
  | { readonly kind: 'opaque' }
  /** This name of the directory is gone. */
  | { readonly kind: 'hidden'; readonly name: string }
  | { readonly kind: 'metadata' };

/** What a base name says, or undefined when it is a plain name. */
export function parseWhiteout(baseName: string): WhiteoutName | undefined {
  if (!baseName.startsWith(prefix)) return undefined;
  if (baseName === opaqueName) return { kind: 'opaque' };
  if (baseName.startsWith(metadataPrefix)) return { kind: 'metadata' };
  return { kind: 'hidden', name: baseName.slice(prefix.length) };
}

/** The overlayfs form of a hidden name. */
export const whiteoutDevice = { major: 0, minor: 0 } as const;

/** Extended attributes that steer overlayfs; an image must not set them itself. */
export function isOverlayXattr(name: string): boolean {
  return name.startsWith('trusted.overlay.') || name.startsWith('user.overlay.');
}
