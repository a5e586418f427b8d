/**
 * `docker rmi`: which names go, whether the image goes with them, and in which words it is refused. What uses an
 * image is for the engine to say.
 */
import { KindError } from '../lib/errors.ts';
import { chainId } from './chain-id.ts';
import { digestHex, type Digest } from './digest.ts';
import type { ImageStore } from './image-store.ts';
import {
  familiarText,
  parseReference,
  pullReference,
  referenceName,
  type Reference,
} from './reference.ts';

/** One line of what `docker rmi` prints. */
export type ImageDeleteRecord = { readonly Untagged: string } | { readonly Deleted: string };

export interface ImageUser {
  readonly containerId: string;
  readonly isRunning: boolean;
}

export interface ImageDeleteOptions {
  readonly force?: boolean;
  /** The containers made of the image. */
  readonly usersOf?: (imageId: Digest) => readonly ImageUser[];
}

export async function imageDelete(
  store: ImageStore,
  { image: text, force = false, usersOf = () => [] }: ImageDeleteOptions & { image: string },
): Promise<ImageDeleteRecord[]> {
  const image = await store.resolve(text);
  const users = usersOf(image.id);
  const references = await store.references.of(image.id);
  const records: ImageDeleteRecord[] = [];
  const untag = async (reference: Reference) => {
    await store.references.delete(reference);
    records.push({ Untagged: familiarText(reference) });
  };

  const byId = image.id.startsWith(text) || digestHex(image.id).startsWith(text);
  if (byId) {
    checkConflicts(image.id, { users, force, references: isSingle(references) ? [] : references });
    for (const reference of references) await untag(reference);
  } else {
    const user = users[0];
    if (!force && isSingle(references) && user !== undefined) {
      throw new KindError(
        'conflict',
        `conflict: unable to remove repository reference ${JSON.stringify(text)} (must force) - container ` +
          `${shortId(user.containerId)} is using its referenced image ${shortId(image.id)}`,
      );
    }
    const remaining = await untagName(references, {
      name: pullReference(parseReference(text)),
      untag,
    });
    if (remaining.length > 0) return records;
    // The name is gone; that a container still keeps the image then is no error.
    if (users.some(({ isRunning }) => isRunning || !force)) return records;
  }
  const diffIds = image.layers.map(({ diffId }) => diffId);
  const removed = new Set(await store.delete(image.id));
  records.push({ Deleted: image.id });
  for (let depth = diffIds.length; depth > 0; depth -= 1) {
    const top = diffIds[depth - 1];
    const chain = await chainId(diffIds.slice(0, depth));
    if (top !== undefined && chain !== undefined && removed.has(top))
      records.push({ Deleted: chain });
  }
  return records;
}

/** Removes one name, and with the last tag of a repository its digests too. Returns what still names the image. */
async function untagName(
  references: readonly Reference[],
  { name, untag }: { name: Reference; untag: (reference: Reference) => Promise<void> },
): Promise<Reference[]> {
  await untag(name);
  let remaining = references.filter((other) => familiarText(other) !== familiarText(name));
  const isSameRepository = (other: Reference) => referenceName(other) === referenceName(name);
  const hasTag = remaining.some((other) => isSameRepository(other) && other.digest === undefined);
  if (name.digest === undefined && !hasTag) {
    for (const digested of remaining.filter(isSameRepository)) await untag(digested);
    remaining = remaining.filter((other) => !isSameRepository(other));
  }
  return remaining;
}

/** All references are of one repository, and at most one is a tag. */
function isSingle(references: readonly Reference[]): boolean {
  const names = new Set(references.map(referenceName));
  return names.size === 1 && references.filter(({ digest }) => digest === undefined).length <= 1;
}

function checkConflicts(
  imageId: Digest,
  {
    users,
    force,
    references,
  }: { users: readonly ImageUser[]; force: boolean; references: readonly Reference[] },
): void {
  const refuse = (how: string, why: string) =>
    new KindError('conflict', `conflict: unable to delete ${shortId(imageId)} (${how}) - ${why}`);
  const running = users.find(({ isRunning }) => isRunning);
  if (running !== undefined) {
    const why = `image is being used by running container ${shortId(running.containerId)}`;
    throw refuse('cannot be forced', why);
  }
  if (force) return;
  if (references.length > 0)
    throw refuse('must be forced', 'image is referenced in multiple repositories');
  const stopped = users[0];
  if (stopped !== undefined) {
    throw refuse(
      'must be forced',
      `image is being used by stopped container ${shortId(stopped.containerId)}`,
    );
  }
}

function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
}
