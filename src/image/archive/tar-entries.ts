/** A tar as a sequence of entries, each with its data to be pulled. */
import { TarReader, type TarEntry } from '../tar-reader.ts';

export interface TarItem {
  readonly entry: TarEntry;
  /** Stored bytes, in order. What is not read before the next entry is asked for, is skipped. */
  readonly data: AsyncGenerator<Uint8Array, void, void>;
}

type TarEvent = TarEntry | Uint8Array;

/** Throws `invalidParameter` for what is no tar or ends early. Holds no more than one chunk of the source. */
export async function* tarEntries(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<TarItem, void, void> {
  const events = new EventQueue(source);
  try {
    for (let event = await events.next(); event !== undefined; event = await events.next()) {
      // Data that its reader left.
      if (event instanceof Uint8Array) continue;
      yield { entry: event, data: events.data() };
    }
  } finally {
    await events.close();
  }
}

class EventQueue {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #reader: TarReader;
  #events: TarEvent[] = [];
  #ended = false;
  /** What ended the archive too early; whoever reads on is told again. */
  #failure: { readonly cause: unknown } | undefined;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
    this.#reader = new TarReader({
      entry: (entry) => void this.#events.push(entry),
      data: (bytes) => void this.#events.push(bytes),
    });
  }

  async next(): Promise<TarEvent | undefined> {
    await this.#fill();
    return this.#events.shift();
  }

  async *data(): AsyncGenerator<Uint8Array, void, void> {
    for (;;) {
      await this.#fill();
      const [event] = this.#events;
      if (!(event instanceof Uint8Array)) return;
      this.#events.shift();
      yield event;
    }
  }

  /** Reads on until there is an event or the archive is over. */
  async #fill(): Promise<void> {
    if (this.#events.length > 0 || this.#ended) return;
    if (this.#failure !== undefined) throw this.#failure.cause;
    try {
      while (this.#events.length === 0 && !this.#ended) await this.#read();
    } catch (cause) {
      this.#failure = { cause };
      throw cause;
    }
  }

  async #read(): Promise<void> {
    const { done, value } = await this.#source.next();
    if (done !== true) this.#reader.write(value);
    else {
      this.#reader.finish();
      this.#ended = true;
    }
  }

  async close(): Promise<void> {
    await this.#source.return?.();
  }
}
