/** An image by name or ID, for the platform that a request asks for. */
import { formatPlatform, matchPlatform } from '../image/platform.ts';
import type { StoredImage } from '../image/image-store.ts';
import { KindError } from '../lib/errors.ts';
import type { Daemon } from './daemon.ts';
import type { ImagePlatform } from './server/backend/image-backend.ts';

/** Rejects `notFound` when there is none, and when it is another platform's. */
export async function findImage(
  daemon: Daemon,
  name: string,
  platform?: ImagePlatform,
): Promise<StoredImage> {
  const image = await daemon.images.resolve(name);
  const own = image.config.platform;
  if (platform === undefined || matchPlatform([{ platform: own }], platform).length > 0)
    return image;
  throw new KindError(
    'notFound',
    `image with reference ${name} was found but its platform (${formatPlatform(own)}) does not match ` +
      `the specified platform (${formatPlatform(platform)})`,
  );
}
