/** All containers, found by ID, by name, or by the start of an ID; names are reserved here. */
import { KindError } from '../../lib/errors.ts';
import type { Container } from './container.ts';
import { generateName } from './names.ts';

const namePattern = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;

export class ContainerTable {
  readonly #byId = new Map<string, Container>();
  /** Name to container ID. */
  readonly #names = new Map<string, string>();

  /** In order of creation. */
  list(): readonly Container[] {
    return [...this.#byId.values()];
  }

  get(id: string): Container | undefined {
    return this.#byId.get(id);
  }

  /** Rejects `notFound` with Docker's words; an ambiguous prefix too. */
  find(text: string): Container {
    if (text === '') throw new KindError('invalidParameter', 'invalid name or ID supplied: ""');
    const name = text.replace(/^\//, '');
    const byName = this.#names.get(name);
    const found =
      this.#byId.get(text) ?? (byName === undefined ? undefined : this.#byId.get(byName));
    if (found !== undefined) return found;
    const matches =
      text === '' ? [] : [...this.#byId.values()].filter(({ id }) => id.startsWith(text));
    if (matches.length > 1) {
      const message = `multiple IDs found with provided prefix: ${text}`;
      throw new KindError('invalidParameter', message);
    }
    const only = matches[0];
    if (only === undefined) throw new KindError('notFound', `No such container: ${text}`);
    return only;
  }

  /** Takes a name for a container, or makes one up. */
  reserve(id: string, name: string | undefined, random: (count: number) => Uint8Array): string {
    if (name !== undefined) {
      const bare = name.replace(/^\//, '');
      this.#checkName(name, bare);
      this.#names.set(bare, id);
      return bare;
    }
    for (let attempt = 0; attempt < 6; attempt += 1) {
      const generated = generateName(random, attempt);
      if (this.#names.has(generated)) continue;
      this.#names.set(generated, id);
      return generated;
    }
    this.#names.set(id.slice(0, 12), id);
    return id.slice(0, 12);
  }

  /** The name of a container of before, or what its ID gives when the name is taken. */
  restoreName(id: string, name: string): string {
    const free = this.#names.has(name) ? id.slice(0, 12) : name;
    this.#names.set(free, id);
    return free;
  }

  release(name: string): void {
    this.#names.delete(name);
  }

  add(container: Container): void {
    this.#byId.set(container.id, container);
  }

  delete(container: Container): void {
    this.#byId.delete(container.id);
    this.#names.delete(container.name);
  }

  #checkName(name: string, bare: string): void {
    if (!namePattern.test(bare)) {
      const message = `Invalid container name (${name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`;
      throw new KindError('invalidParameter', message);
    }
    const owner = this.#names.get(bare);
    if (owner === undefined) return;
    const message = `Conflict. The container name "/${bare}" is already in use by container "${owner}". You have to remove (or rename) that container to be able to reuse that name.`;
    throw new KindError('conflict', message);
  }
}
