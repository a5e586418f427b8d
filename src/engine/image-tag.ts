/** `POST /images/{name}/tag`. */
import { familiarText, parseReference, withDefaultTag } from '../image/reference.ts';
import { KindError } from '../lib/errors.ts';
import type { Daemon } from './daemon.ts';

export async function imageTag(
  daemon: Daemon,
  name: string,
  target: { readonly repo: string; readonly tag: string },
): Promise<void> {
  const text = target.tag === '' ? target.repo : `${target.repo}:${target.tag}`;
  const reference = withDefaultTag(parseReference(text));
  if (reference.digest !== undefined) {
    const message = 'refusing to create a tag with a digest reference';
    throw new KindError('invalidParameter', message);
  }
  const image = await daemon.images.resolve(name);
  await daemon.images.tag(image.id, reference);
  const attributes = { name: familiarText(reference) };
  daemon.events.publish({ type: 'image', action: 'tag', id: image.id, attributes });
}
