/** `POST /images/{name}/tag`. */
import type { Digest } from '../image/digest.ts';
import { familiarName, familiarText, type Reference } from '../image/reference.ts';
import { KindError } from '../lib/errors.ts';
import type { Daemon } from './daemon.ts';
import { logImageEvent } from './image-events.ts';
import { repoTagReference } from './repo-tag.ts';
import type { RepoTag } from './server/backend/image-backend.ts';

export async function imageTag(daemon: Daemon, name: string, repoTag: RepoTag): Promise<void> {
  const target = repoTagReference(repoTag);
  if (target === undefined) throw new KindError('invalidParameter', 'repository name is required');
  if (familiarName(target) === 'sha256') {
    const message = 'refusing to create an ambiguous tag using digest algorithm as name';
    throw new KindError('invalidParameter', message);
  }
  const image = await daemon.images.resolve(name);
  await tagImage(daemon, image.id, target);
}

/** Gives a stored image a name, which another one loses. */
export async function tagImage(daemon: Daemon, id: Digest, reference: Reference): Promise<void> {
  await daemon.images.tag(id, reference);
  await logImageEvent(daemon, 'tag', { id, name: familiarText(reference) });
}
