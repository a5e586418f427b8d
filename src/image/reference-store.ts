/** Which names stand for which image: one record per tag and per repository digest, each replaced atomically. */
import { KindError } from '../lib/errors.ts';
import type { RecordStore } from './content-store.ts';
import { isDigest, type Digest } from './digest.ts';
import {
  familiarName,
  parseReference,
  pullReference,
  referenceText,
  type Reference,
} from './reference.ts';

const prefix = 'reference/';

export interface NamedImage {
  readonly reference: Reference;
  readonly imageId: Digest;
}

export class ReferenceStore {
  readonly #records: RecordStore;

  constructor(records: RecordStore) {
    this.#records = records;
  }

  /** A bare name means `latest`; of a tag and a digest, the digest counts. */
  async get(reference: Reference): Promise<Digest | undefined> {
    const value = await this.#records.get(keyOf(reference));
    const text = value && new TextDecoder().decode(value);
    return text !== undefined && isDigest(text) ? text : undefined;
  }

  /** Moves a tag from the image it named before, if any. */
  async set(reference: Reference, imageId: Digest): Promise<void> {
    if (familiarName(reference) === 'sha256') {
      throw new KindError(
        'invalidParameter',
        'refusing to create an ambiguous tag using digest algorithm as name',
      );
    }
    await this.#records.set(keyOf(reference), new TextEncoder().encode(imageId));
  }

  async delete(reference: Reference): Promise<void> {
    await this.#records.delete(keyOf(reference));
  }

  /** All names, sorted. */
  async list(): Promise<NamedImage[]> {
    const named: NamedImage[] = [];
    for (const key of await this.#records.keys(prefix)) {
      const reference = parseReference(key.slice(prefix.length));
      const imageId = await this.get(reference);
      if (imageId !== undefined) named.push({ reference, imageId });
    }
    return named;
  }

  /** The names of one image, sorted. */
  async of(imageId: Digest): Promise<Reference[]> {
    const all = await this.list();
    return all.filter((named) => named.imageId === imageId).map(({ reference }) => reference);
  }
}

function keyOf(reference: Reference): string {
  return prefix + referenceText(pullReference(reference));
}
