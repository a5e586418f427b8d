/** `GET /images/get`. */
import { saveArchive, type SavedImage } from '../image/archive/save-archive.ts';
import { isDigest, type Digest } from '../image/digest.ts';
import {
  familiarName,
  familiarText,
  parseReference,
  referenceName,
  type Reference,
} from '../image/reference.ts';
import { KindError } from '../lib/errors.ts';
import type { Daemon } from './daemon.ts';
import { logImageEvent } from './image-events.ts';
import { findImage } from './image-find.ts';
import type { ImagePlatform } from './server/backend/image-backend.ts';

export async function imageSave(
  daemon: Daemon,
  names: readonly string[],
  options: { readonly platform?: ImagePlatform },
): Promise<ReadableStream<Uint8Array>> {
  const found = new Map<Digest, Map<string, Reference>>();
  for (const name of names) {
    for (const { id, reference } of await resolveName(daemon, name)) {
      const references = found.get(id) ?? new Map<string, Reference>();
      found.set(id, references);
      if (reference?.tag !== undefined) references.set(familiarText(reference), reference);
    }
  }
  const images: SavedImage[] = [];
  for (const [id, references] of found) {
    const image = await findImage(daemon, id, options.platform);
    images.push({ image, references: [...references.values()] });
  }
  const archive = await saveArchive(daemon.images, images);
  for (const { image } of images) await logImageEvent(daemon, 'save', { id: image.id });
  return archive;
}

interface Found {
  readonly id: Digest;
  /** The name it was found by; none for an ID. */
  readonly reference?: Reference;
}

/** A bare repository name means all its tags; only when it has none, the start of an ID. */
async function resolveName(daemon: Daemon, name: string): Promise<Found[]> {
  const { images } = daemon;
  const id = /^[0-9a-f]{64}$/.test(name) ? `sha256:${name}` : name;
  if (isDigest(id)) return [{ id: (await images.get(id)).id }];
  const reference = parseReference(name);
  if (familiarName(reference) === 'sha256') return [{ id: (await images.search(name)).id }];
  if (reference.tag === undefined && reference.digest === undefined) {
    const all = await images.references.list();
    const named = all.filter(
      (entry) => referenceName(entry.reference) === referenceName(reference),
    );
    if (named.length === 0) return [{ id: (await images.search(name)).id }];
    return named.map((entry) => ({ id: entry.imageId, reference: entry.reference }));
  }
  const imageId = await images.references.get(reference);
  if (imageId === undefined) throw new KindError('notFound', 'reference does not exist');
  return [{ id: imageId, ...(reference.digest === undefined ? { reference } : {}) }];
}
