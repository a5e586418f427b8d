/** Sessions in IndexedDB. Each is written in one transaction, so that half of one is never seen. */
import { createStore, promisifyRequest, type UseStore } from 'idb-keyval';
import { KindError } from '../../lib/errors.ts';
import { asStorageError } from '../idb-quota.ts';
import type { SessionFile, SessionHeader } from './session-file.ts';

const headerPrefix = 'header/';
const partPrefix = 'part/';

export class SessionStore {
  readonly #use: UseStore;

  /** `name` is the prefix of the database's name. */
  constructor(name: string) {
    this.#use = createStore(`${name}-sessions`, 'sessions');
  }

  /** The youngest first. */
  async headers(): Promise<SessionHeader[]> {
    const range = IDBKeyRange.bound(headerPrefix, `${headerPrefix}\uffff`);
    const headers = await this.#use('readonly', (store) => promisifyRequest(store.getAll(range)));
    return (headers as SessionHeader[]).sort((a, b) => b.savedMs - a.savedMs);
  }

  /** Rejects `notFound`. */
  async get(id: string): Promise<SessionFile> {
    const header = (await this.#use('readonly', (store) =>
      promisifyRequest(store.get(headerPrefix + id)),
    )) as SessionHeader | undefined;
    if (header === undefined) throw new KindError('notFound', `No such session: ${id}`);
    const parts = new Map<string, Blob>();
    for (const { name } of header.parts) {
      const content: unknown = await this.#use('readonly', (store) =>
        promisifyRequest(store.get(partKey(id, name))),
      );
      if (content instanceof Blob) parts.set(name, content);
    }
    return { header, parts };
  }

  /** Replaces a session of the same ID. Rejects `resourceExhausted` when there is no room, and changes nothing then. */
  async put({ header, parts }: SessionFile): Promise<void> {
    await this.#use('readwrite', (store) => {
      store.delete(partsOf(header.id));
      for (const [name, content] of parts) store.put(content, partKey(header.id, name));
      store.put(header, headerPrefix + header.id);
      return promisifyRequest(store.transaction);
    }).catch(asStorageError);
  }

  /** Rejects `notFound`. */
  async rename(id: string, name: string): Promise<void> {
    const { header } = await this.get(id);
    await this.#use('readwrite', (store) => {
      store.put({ ...header, name }, headerPrefix + id);
      return promisifyRequest(store.transaction);
    });
  }

  /** Idempotent. */
  async delete(id: string): Promise<void> {
    await this.#use('readwrite', (store) => {
      store.delete(headerPrefix + id);
      store.delete(partsOf(id));
      return promisifyRequest(store.transaction);
    });
  }
}

function partKey(id: string, name: string): string {
  return `${partPrefix}${id}/${name}`;
}

function partsOf(id: string): IDBKeyRange {
  return IDBKeyRange.bound(`${partPrefix}${id}/`, `${partPrefix}${id}/\uffff`);
}
