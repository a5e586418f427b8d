/**
 * What of the engine outlives it: one record per container and per volume, each replaced as a whole. Saving the same
 * record again while it is on its way only keeps the latest, so a busy container costs no queue.
 */
import type { RecordStore } from '../../image/content-store.ts';
import type { JsonRecord } from './records.ts';

interface Writer {
  /** What is to be written next: a value, or undefined to delete. */
  next: { readonly value: JsonRecord | undefined } | undefined;
  readonly done: Promise<void>;
}

export class StateStore {
  readonly #records: RecordStore;
  readonly #writers = new Map<string, Writer>();
  #failure: unknown;

  constructor(records: RecordStore) {
    this.#records = records;
  }

  /** `undefined` deletes. The value is taken as it is now; failures show in `settled()`. */
  save(key: string, value: JsonRecord | undefined): void {
    const copy = value === undefined ? undefined : structuredClone(value);
    const writer = this.#writers.get(key);
    if (writer !== undefined) {
      writer.next = { value: copy };
      return;
    }
    const fresh: Writer = { next: { value: copy }, done: Promise.resolve().then(() => run()) };
    const run = async (): Promise<void> => {
      try {
        while (fresh.next !== undefined) {
          const { value: latest } = fresh.next;
          fresh.next = undefined;
          await this.#write(key, latest);
        }
      } catch (error) {
        this.#failure = error;
      } finally {
        this.#writers.delete(key);
      }
    };
    this.#writers.set(key, fresh);
  }

  /** Resolves when all that was saved is stored; rejects with the last failure since it was called last. */
  async settled(): Promise<void> {
    if (this.#writers.size > 0)
      await Promise.all(Array.from(this.#writers.values(), ({ done }) => done));
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
  }

  keys(prefix: string): Promise<string[]> {
    return this.#records.keys(prefix);
  }

  /** Every record below `prefix` that can be read; one that cannot is passed over. */
  async load(prefix: string): Promise<JsonRecord[]> {
    const loaded: JsonRecord[] = [];
    for (const key of await this.#records.keys(prefix)) {
      const bytes = await this.#records.get(key);
      const record = bytes === undefined ? undefined : parse(bytes);
      if (record !== undefined) loaded.push(record);
    }
    return loaded;
  }

  #write(key: string, value: JsonRecord | undefined): Promise<void> {
    if (value === undefined) return this.#records.delete(key);
    return this.#records.set(key, new TextEncoder().encode(JSON.stringify(value)));
  }
}

function parse(bytes: Uint8Array): JsonRecord | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === 'object' && value !== null ? (value as JsonRecord) : undefined;
  } catch {
    return undefined;
  }
}
