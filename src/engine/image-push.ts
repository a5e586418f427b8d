/** `POST /images/{name}/push`. */
import {
  familiarName,
  familiarText,
  parseReference,
  referenceName,
  type Reference,
} from '../image/reference.ts';
import type { Digest } from '../image/digest.ts';
import { KindError } from '../lib/errors.ts';
import type { Daemon } from './daemon.ts';
import { logImageEvent } from './image-events.ts';
import { findImage } from './image-find.ts';
import { repoTagReference } from './repo-tag.ts';
import type { ImagePushOptions } from './server/backend/image-backend.ts';

export async function imagePush(daemon: Daemon, options: ImagePushOptions): Promise<void> {
  const { name, tag, platform, ...transfer } = options;
  const reference = tag === '' ? parseReference(name) : repoTagReference({ repo: name, tag });
  if (reference === undefined) throw new KindError('invalidParameter', 'invalid reference format');
  if (platform !== undefined) await findImage(daemon, familiarText(reference), platform);
  options.onProgress({
    status: `The push refers to repository [${referenceName(reference)}]`,
  });
  const images = await pushedImages(daemon, reference);
  await daemon.registry.push(reference, { ...transfer, images });
  await logImageEvent(daemon, 'push', {
    id: familiarText(reference),
    name: familiarName(reference),
  });
}

async function pushedImages(
  daemon: Daemon,
  reference: Reference,
): Promise<{ tag: string; imageId: Digest }[]> {
  const fail = (message: string) => new KindError('system', message);
  const all = await daemon.images.references.list();
  const named = all.filter((entry) => referenceName(entry.reference) === referenceName(reference));
  if (named.length === 0) {
    const shown = familiarName(reference);
    throw fail(`An image does not exist locally with the tag: ${shown}`);
  }
  if (reference.digest !== undefined) throw fail('cannot push a digest reference');
  const images = named.flatMap(({ reference: { tag }, imageId }) =>
    tag === undefined || (reference.tag ?? tag) !== tag ? [] : [{ tag, imageId }],
  );
  if (images.length > 0) return images;
  throw fail(
    reference.tag === undefined
      ? `no tags to push for ${familiarName(reference)}`
      : `tag does not exist: ${familiarText(reference)}`,
  );
}
