/** What the page and its service worker say to each other. */

export type OfflineMessage = {
  readonly type: 'saved';
  readonly savedBytes: number;
  readonly totalBytes: number;
};

export type OfflineRequest =
  /** Store the bundled library's blobs now; answered by `saved` messages. */
  | { readonly type: 'saveBlobs' }
  /** Take over from the version before, whose pages reload. */
  | { readonly type: 'update' };
