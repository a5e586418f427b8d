/** A tar as a sequence of entries, each with its data to be pulled. */
import { KindError } from '../../lib/errors.ts';
import { TarReader, type TarEntry } from '../tar-reader.ts';

export interface TarItem {
  readonly entry: TarEntry;
  /** In order, holes as zeros. What is not read before the next entry is asked for, is skipped. */
  readonly data: AsyncGenerator<Uint8Array, void, void>;
}

/** Of the holes of one file: they take no room in the archive, but time and room wherever they are read to. */
const holesSizeBytesMax = 4 * 1024 ** 3;
/** Zeros at a time. */
const pieceSizeBytes = 1024 * 1024;

type TarEvent = TarEntry | Uint8Array;

/**
 * Throws `invalidParameter` for what is no tar or ends early, and reading data `resourceExhausted` for too many holes. Holds no more than one chunk of the source.
 */
export async function* tarEntries(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<TarItem, void, void> {
  const events = new EventQueue(source);
  try {
    for (let event = await events.next(); event !== undefined; event = await events.next()) {
      // Data that its reader left.
      if (event instanceof Uint8Array) continue;
      yield { entry: event, data: withHoles(event, events.data()) };
    }
  } finally {
    await events.close();
  }
}

async function* withHoles(
  { name, sizeBytes, extents }: TarEntry,
  stored: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  const holesSizeBytes = extents.reduce((left, { length }) => left - length, sizeBytes);
  if (holesSizeBytes > holesSizeBytesMax)
    throw new KindError('resourceExhausted', `write /${name}: no space left on device`);
  let position = 0;
  let index = 0;
  for await (const chunk of stored) {
    for (let at = 0; at < chunk.length;) {
      const { fileOffset = position, length = 0 } = extents[index] ?? {};
      if (position < fileOffset) yield* zeros(fileOffset - position);
      position = Math.max(position, fileOffset);
      const part = chunk.subarray(at, at + fileOffset + length - position);
      yield part;
      at += part.length;
      position += part.length;
      if (position === fileOffset + length) index += 1;
    }
  }
  yield* zeros(sizeBytes - position);
}

function* zeros(count: number): Generator<Uint8Array, void, void> {
  for (let left = count; left > 0; left -= pieceSizeBytes)
    yield new Uint8Array(Math.min(left, pieceSizeBytes));
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
