/** `POST /images/create?fromImage=…`. */
import { isDigest } from '../image/digest.ts';
import { parsePlatform, type Platform } from '../image/platform.ts';
import { familiarName, familiarText, parseReference, type Reference } from '../image/reference.ts';
import { errorMessage, KindError } from '../lib/errors.ts';
import type { Daemon } from './daemon.ts';
import { logImageEvent } from './image-events.ts';
import { findImage } from './image-find.ts';
import { withTag } from './repo-tag.ts';
import type { ImagePullOptions } from './server/backend/image-backend.ts';

export async function imagePull(daemon: Daemon, options: ImagePullOptions): Promise<void> {
  const { name, tag, platform: platformText, ...transfer } = options;
  const platform = platformText === undefined ? undefined : parsePlatform(platformText);
  const reference = pulledReference(name, tag);
  if (familiarName(reference) === 'scratch')
    throw new KindError('forbidden', "'scratch' is a reserved name");
  await daemon.registry.pull(reference, {
    ...transfer,
    ...(platform === undefined ? {} : { platform }),
  });
  await logPull(daemon, reference);
  if (platform !== undefined) await warnOfPlatform(daemon, { reference, platform, options });
}

/** The tag of a request may be a digest, and wins over one in the name. */
function pulledReference(name: string, tag: string): Reference {
  const reference = parseReference(name);
  if (tag === '') return reference;
  const { domain, path } = reference;
  return isDigest(tag) ? { domain, path, digest: tag } : withTag({ domain, path }, tag);
}

async function logPull(daemon: Daemon, reference: Reference): Promise<void> {
  const id = familiarText(reference);
  await logImageEvent(daemon, 'pull', { id, name: familiarName(reference) });
}

/** An image of one platform is pulled whatever platform was asked for, and then said to be another's. */
async function warnOfPlatform(
  daemon: Daemon,
  pulled: { reference: Reference; platform: Platform; options: ImagePullOptions },
): Promise<void> {
  const { reference, platform, options } = pulled;
  try {
    await findImage(daemon, familiarText(reference), platform);
  } catch (error) {
    options.onProgress({ status: `WARNING: ${errorMessage(error)}` });
  }
}
