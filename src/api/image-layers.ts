/** Wire types of `GET /bottleship/images/{name}/layers`, ours beside Docker's: what each step of an image left. */

/** Of one layer, changed files told by name; the counts are of all. */
export const layerFilesMax = 2000;

export interface ImageLayers {
  readonly Id: string;
  /** Oldest first: an entry of the image's history each. */
  readonly Steps: readonly ImageLayerStep[];
  /** Bytes in layers that no container of this image sees: of all steps. */
  readonly WastedBytes: number;
  /** Bytes of files in all layers. */
  readonly Size: number;
}

export interface ImageLayerStep {
  /** As `docker history` shows it. */
  readonly CreatedBy: string;
  /** RFC 3339; empty when the image does not say. */
  readonly Created: string;
  /** Absent for a step that changed the configuration alone. */
  readonly Layer?: ImageLayer;
}

export interface ImageLayer {
  readonly DiffId: string;
  /** Bytes of its files. */
  readonly Size: number;
  readonly Added: number;
  /** Files that were there, with another content or other attributes. */
  readonly Changed: number;
  readonly Removed: number;
  /** Bytes of its files that a later step replaces or removes: they are carried along and never seen. */
  readonly WastedBytes: number;
  /** In the order of their paths, at most `layerFilesMax`. */
  readonly Files: readonly ImageLayerFile[];
}

export interface ImageLayerFile {
  /** `/etc/passwd`; of a removed directory the directory alone. */
  readonly Path: string;
  readonly Change: 'added' | 'changed' | 'removed';
  readonly Type: 'file' | 'dir' | 'symlink' | 'char' | 'block' | 'fifo';
  /** Of a removed path: the bytes that it had, below a directory all of them. */
  readonly Size: number;
}
