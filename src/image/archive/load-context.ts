/** What loading an image needs, whichever kind of archive it is in. */
import type { Digest } from '../digest.ts';
import { familiarText, type Reference } from '../reference.ts';
import type { ArchivedImageOptions } from './archived-image.ts';

export interface LoadContext extends ArchivedImageOptions {
  readonly onText: (line: string) => void;
  readonly onImage: (id: Digest) => Promise<void> | void;
  readonly signal: AbortSignal | undefined;
}

/** Names an image that was loaded, and says so. */
export async function nameLoaded(
  id: Digest,
  reference: Reference,
  { store, onText }: LoadContext,
): Promise<void> {
  const before = await store.references.get(reference);
  const name = familiarText(reference);
  if (before !== undefined && before !== id) {
    onText(
      `The image ${name} already exists, renaming the old one with ID ${before} to empty string`,
    );
  }
  await store.references.set(reference, id);
  onText(`Loaded image: ${name}`);
}
