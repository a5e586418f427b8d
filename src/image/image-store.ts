/**
 * Images: a config, stored as a blob under its digest (which is the image's ID), the layers it names, and the
 * references that name it. Keeps nothing in memory, so that several workers and tabs see the same.
 */
import { KindError } from '../lib/errors.ts';
import type { ContentStore, RecordStore } from './content-store.ts';
import { digestHex, isDigest, type Digest } from './digest.ts';
import { configSizeBytesMax, parseImageConfig, type ImageConfig } from './image-config.ts';
import type { LayerInfo, LayerLease, LayerStore } from './layer-store.ts';
import { familiarText, parseReference, pullReference, type Reference } from './reference.ts';
import { ReferenceStore } from './reference-store.ts';

export interface StoredImage {
  readonly id: Digest;
  readonly config: ImageConfig;
  /** Bottom first. */
  readonly layers: readonly LayerInfo[];
  /** Of the files in all layers. */
  readonly sizeBytes: number;
  /** When it was last tagged by hand, in milliseconds since 1970; 0 when it never was, as after a pull. */
  readonly lastTagTimeMs: number;
  /** The image it was made from on this host. */
  readonly parent?: Digest;
  /** `busybox:latest`; sorted. */
  readonly repoTags: readonly string[];
  /** `busybox@sha256:…`; sorted. */
  readonly repoDigests: readonly string[];
}

export interface ImageStoreOptions {
  readonly content: ContentStore;
  readonly records: RecordStore;
  readonly layers: LayerStore;
  readonly now?: () => number;
}

interface ImageRecord {
  readonly diffIds: readonly Digest[];
  readonly lastTagTimeMs: number;
  readonly parent?: Digest;
}

const prefix = 'image/';

/** When the image says it was made, in milliseconds since 1970; 0 when it does not say. */
export function createdMsOf({ config }: StoredImage): number {
  return Date.parse(config.created ?? '') || 0;
}

export class ImageStore {
  readonly layers: LayerStore;
  readonly references: ReferenceStore;
  readonly #content: ContentStore;
  readonly #records: RecordStore;
  readonly #now: () => number;
  #keptLayers: () => Iterable<Digest> = () => [];

  constructor(options: ImageStoreOptions) {
    this.layers = options.layers;
    this.references = new ReferenceStore(options.records);
    this.#content = options.content;
    this.#records = options.records;
    this.#now = options.now ?? Date.now;
  }

  /** Stores an image whose layers are stored and leased. Idempotent. Rejects `invalidParameter` for a bad config. */
  async put(config: Uint8Array): Promise<Digest> {
    const { diffIds } = parseImageConfig(config);
    for (const diffId of diffIds) {
      if ((await this.layers.info(diffId)) === undefined) {
        throw new KindError('notFound', `layer does not exist: ${diffId}`);
      }
    }
    await this.layers.resolveLinks(diffIds);
    const writer = await this.#content.create();
    await writer.write(config);
    const { digest: id } = await writer.commit();
    // A config without this record is only a few bytes; the record without the config would be half an image.
    const known = await this.#record(id);
    await this.#setRecord(id, known ?? { diffIds, lastTagTimeMs: 0 });
    return id;
  }

  /** Notes that the image was made from `parent`. */
  async setParent(id: Digest, parent: Digest): Promise<void> {
    const record = await this.#record(id);
    if (record !== undefined) await this.#setRecord(id, { ...record, parent });
  }

  /** The images that were made from this one. */
  async children(id: Digest): Promise<Digest[]> {
    const found: Digest[] = [];
    for (const child of await this.ids()) {
      if ((await this.#record(child))?.parent === id) found.push(child);
    }
    return found;
  }

  async has(id: Digest): Promise<boolean> {
    return (await this.#record(id)) !== undefined;
  }

  /** All images, the latest first as Docker lists them. */
  async list(): Promise<StoredImage[]> {
    const named = await this.references.list();
    const images: StoredImage[] = [];
    for (const id of await this.ids()) {
      const references = named.filter((entry) => entry.imageId === id);
      const image = await this.#load(
        id,
        references.map(({ reference }) => reference),
      );
      if (image !== undefined) images.push(image);
    }
    return images.sort((a, b) => createdMsOf(b) - createdMsOf(a));
  }

  async ids(): Promise<Digest[]> {
    const keys = await this.#records.keys(prefix);
    return keys.map((key) => key.slice(prefix.length)).filter(isDigest);
  }

  async get(id: Digest): Promise<StoredImage> {
    const image = await this.#load(id, await this.references.of(id));
    if (image === undefined) throw new KindError('notFound', `No such image: ${id}`);
    return image;
  }

  /** The bytes whose digest is the image's ID. */
  async configBytes(id: Digest): Promise<Uint8Array> {
    return this.#content.read(id, 0, configSizeBytesMax);
  }

  /** Finds an image by reference, digest, ID or the start of an ID, in this order. */
  async resolve(text: string): Promise<StoredImage> {
    const full = /^[0-9a-f]{64}$/.test(text) ? `sha256:${text}` : text;
    if (isDigest(full)) return this.get(full);
    const reference = parseReference(text);
    const id = (await this.references.get(reference)) ?? (await this.#search(text));
    if (id === undefined) {
      throw new KindError('notFound', `No such image: ${familiarText(pullReference(reference))}`);
    }
    return this.get(id);
  }

  /** Finds an image by the start of its ID alone. */
  async search(text: string): Promise<StoredImage> {
    const id = await this.#search(text);
    if (id === undefined) throw new KindError('notFound', `No such image: ${text}`);
    return this.get(id);
  }

  async tag(id: Digest, reference: Reference): Promise<void> {
    const record = await this.#record(id);
    if (record === undefined) throw new KindError('notFound', `No such image: ${id}`);
    await this.references.set(reference, id);
    await this.#setRecord(id, { ...record, lastTagTimeMs: this.#now() });
  }

  /** Forgets the image and its layers that nothing else names. Returns those layers, the topmost first. */
  async delete(id: Digest): Promise<Digest[]> {
    const record = await this.#record(id);
    if (record === undefined) return [];
    for (const reference of await this.references.of(id)) await this.references.delete(reference);
    await this.#records.delete(prefix + id);
    await this.#content.delete(id);
    const removed: Digest[] = [];
    for (const diffId of new Set(record.diffIds.toReversed())) {
      const isGone = !(await this.#isReferenced(diffId)) && (await this.layers.remove(diffId));
      if (isGone) removed.push(diffId);
    }
    return removed;
  }

  /** Names the layers that stay although no image has them: those of containers whose image was removed. */
  keepLayers(kept: () => Iterable<Digest>): void {
    this.#keptLayers = kept;
  }

  /** Forgets those of the layers that nothing names any more. */
  async releaseLayers(diffIds: readonly Digest[]): Promise<void> {
    for (const diffId of new Set(diffIds)) {
      if (!(await this.#isReferenced(diffId))) await this.layers.remove(diffId);
    }
  }

  /** Keeps layers while an image is being put together. */
  lease(): LayerLease {
    return this.layers.lease((diffId) => this.#isReferenced(diffId));
  }

  /**
   * Forgets layers that no image names: what a tab that was closed during a pull left. To be called at the start,
   * by a host that knows no other host is pulling into the same storage.
   */
  async collectGarbage(): Promise<void> {
    for (const diffId of await this.layers.diffIds()) {
      if (!(await this.#isReferenced(diffId))) await this.layers.remove(diffId);
    }
  }

  async #isReferenced(diffId: Digest): Promise<boolean> {
    for (const kept of this.#keptLayers()) if (kept === diffId) return true;
    for (const id of await this.ids()) {
      if ((await this.#record(id))?.diffIds.includes(diffId)) return true;
    }
    return false;
  }

  /** As Docker, an ambiguous start of an ID finds nothing. */
  async #search(text: string): Promise<Digest | undefined> {
    const start = text.startsWith('sha256:') ? text.slice('sha256:'.length) : text;
    if (!/^[0-9a-f]+$/.test(start)) return undefined;
    const found = (await this.ids()).filter((id) => digestHex(id).startsWith(start));
    return found.length === 1 ? found[0] : undefined;
  }

  async #load(id: Digest, references: readonly Reference[]): Promise<StoredImage | undefined> {
    const record = await this.#record(id);
    if (record === undefined) return undefined;
    const config = parseImageConfig(await this.configBytes(id));
    const layers: LayerInfo[] = [];
    for (const diffId of record.diffIds) {
      layers.push((await this.layers.info(diffId)) ?? { diffId, sizeBytes: 0, tarBytes: 0 });
    }
    return {
      id,
      config,
      layers,
      sizeBytes: layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      lastTagTimeMs: record.lastTagTimeMs,
      ...(record.parent === undefined ? {} : { parent: record.parent }),
      repoTags: references.filter(({ digest }) => digest === undefined).map(familiarText),
      repoDigests: references.filter(({ digest }) => digest !== undefined).map(familiarText),
    };
  }

  async #record(id: Digest): Promise<ImageRecord | undefined> {
    const value = await this.#records.get(prefix + id);
    if (value === undefined) return undefined;
    const record = JSON.parse(new TextDecoder().decode(value)) as Partial<ImageRecord>;
    return {
      diffIds: record.diffIds ?? [],
      lastTagTimeMs: record.lastTagTimeMs ?? 0,
      ...(record.parent === undefined ? {} : { parent: record.parent }),
    };
  }

  async #setRecord(id: Digest, record: ImageRecord): Promise<void> {
    await this.#records.set(prefix + id, new TextEncoder().encode(JSON.stringify(record)));
  }
}
