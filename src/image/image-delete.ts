/**
 * `docker rmi`: which names go, whether the image goes with them, and in which words it is refused. What uses an
 * image is for the engine to say.
 */
import { KindError } from '../lib/errors.ts';
import { chainIds } from './chain-id.ts';
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
  /** Leave the untagged parents of a deleted image. */
  readonly noPrune?: boolean;
  /** The containers made of the image. */
  readonly usersOf?: (imageId: Digest) => readonly ImageUser[];
  /** The layers, bottom first, of each container: they stay. */
  readonly containerStacks?: () => readonly (readonly Digest[])[];
  /** Called before a name is reported as gone, and after an image is. */
  readonly onEvent?: (event: {
    readonly action: 'untag' | 'delete';
    readonly imageId: Digest;
  }) => Promise<void> | void;
}

export async function imageDelete(
  store: ImageStore,
  { image: text, ...options }: ImageDeleteOptions & { image: string },
): Promise<ImageDeleteRecord[]> {
  const { id } = await store.resolve(text);
  const deletion = new Deletion(store, options);
  const byId = id.startsWith(text) || digestHex(id).startsWith(text);
  if (byId) await deletion.byId(id);
  else await deletion.byName(id, text);
  return deletion.records;
}

class Deletion {
  readonly records: ImageDeleteRecord[] = [];
  readonly #store: ImageStore;
  readonly #options: ImageDeleteOptions;

  constructor(store: ImageStore, options: ImageDeleteOptions) {
    this.#store = store;
    this.#options = options;
  }

  /** An ID takes all names along when they are of one repository. */
  async byId(id: Digest): Promise<void> {
    const references = await this.#store.references.of(id);
    const single = isSingle(references);
    const conflict = await this.#conflict(id, single ? [] : references);
    if (conflict !== undefined) throw conflict;
    await this.#deleteImage(id);
  }

  /** A name goes first; the image follows quietly when it was the last one and nothing needs it. */
  async byName(id: Digest, text: string): Promise<void> {
    const { force = false } = this.#options;
    const references = await this.#store.references.of(id);
    const user = this.#usersOf(id)[0];
    if (!force && isSingle(references) && user !== undefined) {
      throw new KindError(
        'conflict',
        `conflict: unable to remove repository reference ${JSON.stringify(text)} (must force) - container ` +
          `${shortId(user.containerId)} is using its referenced image ${shortId(id)}`,
      );
    }
    const name = pullReference(parseReference(text));
    await this.#untag(id, name);
    const remaining = await this.#untagDigests(references, name);
    if (remaining.length === 0 && (await this.#conflict(id, [])) === undefined) {
      await this.#deleteImage(id);
    }
  }

  /** With the last tag of a repository its digests go, too. Returns what still names the image. */
  async #untagDigests(references: readonly Reference[], name: Reference): Promise<Reference[]> {
    const others = references.filter((other) => familiarText(other) !== familiarText(name));
    const isSame = (other: Reference) => referenceName(other) === referenceName(name);
    const hasTag = others.some((other) => isSame(other) && other.digest === undefined);
    if (name.digest !== undefined || hasTag) return others;
    for (const digested of others.filter(isSame)) {
      await this.#store.references.delete(digested);
      this.records.push({ Untagged: familiarText(digested) });
    }
    return others.filter((other) => !isSame(other));
  }

  async #untag(imageId: Digest, reference: Reference): Promise<void> {
    await this.#store.references.delete(reference);
    await this.#options.onEvent?.({ action: 'untag', imageId });
    this.records.push({ Untagged: familiarText(reference) });
  }

  /** The image, its names, its layers, and then its parents as long as nothing needs them. */
  async #deleteImage(id: Digest): Promise<void> {
    const { parent, config } = await this.#store.get(id);
    for (const reference of await this.#store.references.of(id)) await this.#untag(id, reference);
    await this.#store.delete(id);
    await this.#options.onEvent?.({ action: 'delete', imageId: id });
    this.records.push({ Deleted: id });
    const stacks = [
      ...(await this.#store.list()).map((image) => image.config.diffIds),
      ...(this.#options.containerStacks?.() ?? []),
    ];
    const chains = await chainIds(config.diffIds);
    for (let depth = chains.length; depth > 0; depth -= 1) {
      const chain = chains[depth - 1];
      const isKept = stacks.some((stack) => startsWith(stack, config.diffIds.slice(0, depth)));
      if (chain !== undefined && !isKept) this.records.push({ Deleted: chain });
    }
    if (this.#options.noPrune === true || parent === undefined) return;
    if (!(await this.#store.has(parent))) return;
    const references = await this.#store.references.of(parent);
    const isNeeded = references.length > 0 || this.#usersOf(parent).length > 0;
    if (isNeeded || (await this.#store.children(parent)).length > 0) return;
    await this.#deleteImage(parent);
  }

  /** What keeps the image, the gravest reason first; undefined when it may go. */
  async #conflict(id: Digest, references: readonly Reference[]): Promise<KindError | undefined> {
    const because = (how: string, why: string) =>
      new KindError('conflict', `conflict: unable to delete ${shortId(id)} (${how}) - ${why}`);
    if ((await this.#store.children(id)).length > 0)
      return because('cannot be forced', 'image has dependent child images');
    const users = this.#usersOf(id);
    const running = users.find(({ isRunning }) => isRunning);
    if (running !== undefined) {
      const why = `image is being used by running container ${shortId(running.containerId)}`;
      return because('cannot be forced', why);
    }
    if (this.#options.force === true) return undefined;
    if (references.length > 0)
      return because('must be forced', 'image is referenced in multiple repositories');
    const stopped = users[0];
    if (stopped === undefined) return undefined;
    const why = `image is being used by stopped container ${shortId(stopped.containerId)}`;
    return because('must be forced', why);
  }

  #usersOf(id: Digest): readonly ImageUser[] {
    return this.#options.usersOf?.(id) ?? [];
  }
}

/** All references are of one repository, and at most one is a tag; false for none at all. */
function isSingle(references: readonly Reference[]): boolean {
  const names = new Set(references.map(referenceName));
  return names.size === 1 && references.filter(({ digest }) => digest === undefined).length <= 1;
}

function startsWith(stack: readonly Digest[], start: readonly Digest[]): boolean {
  return start.every((diffId, depth) => stack[depth] === diffId);
}

function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
}
