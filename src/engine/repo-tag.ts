/** `repo` and `tag` of tag, commit, import and push, as one reference. */
import { isTag, parseReference, withDefaultTag, type Reference } from '../image/reference.ts';
import { KindError } from '../lib/errors.ts';
import type { RepoTag } from './server/backend/image-backend.ts';

/** Undefined without a repo, `latest` without a tag. Rejects `invalidParameter` with Docker's words. */
export function repoTagReference({ repo, tag }: RepoTag): Reference | undefined {
  if (repo === '') return undefined;
  const reference = parseReference(repo);
  if (reference.digest !== undefined)
    throw new KindError('invalidParameter', 'cannot import digest reference');
  if (tag === '') return withDefaultTag(reference);
  return withTag(reference, tag);
}

/** Replaces the tag, if any. */
export function withTag(reference: Reference, tag: string): Reference {
  if (!isTag(tag)) throw new KindError('invalidParameter', 'invalid tag format');
  return { ...reference, tag };
}
