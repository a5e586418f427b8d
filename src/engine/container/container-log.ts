/**
 * What a container printed, by lines, in memory. Bounded: the oldest lines go when it is full, as the
 * json-file driver's do with max-size. Readers keep a position of their own, so a slow one holds up
 * nobody; it misses lines instead.
 */

export type LogStream = 'stdout' | 'stderr';

export interface LogEntry {
  /** Counts from 0 since the container was made. */
  readonly sequence: number;
  readonly stream: LogStream;
  readonly timeMs: number;
  /** With its newline, unless it was cut or the stream ended without one. */
  readonly line: Uint8Array;
}

/** Per container. */
export const logSizeBytesMax = 16 * 1024 * 1024;
/** A longer line is stored in pieces, as Docker's copier does. */
const lineSizeBytesMax = 16 * 1024;
/** What an entry costs beside its bytes. */
const entryOverheadBytes = 64;

const newline = 10;

export class ContainerLog {
  #entries: LogEntry[] = [];
  #first = 0;
  #sizeBytes = 0;
  #next = 0;
  #partial: Record<LogStream, Uint8Array> = { stdout: new Uint8Array(), stderr: new Uint8Array() };
  #wakers = new Set<() => void>();
  readonly #now: () => number;
  readonly #enabled: boolean;
  readonly #sizeBytesMax: number;

  constructor(options: {
    readonly now: () => number;
    readonly enabled: boolean;
    readonly sizeBytesMax?: number;
  }) {
    this.#now = options.now;
    this.#enabled = options.enabled;
    this.#sizeBytesMax = options.sizeBytesMax ?? logSizeBytesMax;
  }

  write(stream: LogStream, chunk: Uint8Array): void {
    if (!this.#enabled) return;
    let rest = join(this.#partial[stream], chunk);
    for (;;) {
      const end = rest.indexOf(newline);
      const length = end >= 0 ? Math.min(end + 1, lineSizeBytesMax) : lineSizeBytesMax;
      if (end < 0 && rest.length < lineSizeBytesMax) break;
      this.#append(stream, rest.subarray(0, length));
      rest = rest.subarray(length);
    }
    this.#partial[stream] = rest.slice();
    this.#wake();
  }

  /** The process ended: what has no newline is a line too. */
  flush(): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      if (this.#partial[stream].length > 0) this.#append(stream, this.#partial[stream]);
      this.#partial[stream] = new Uint8Array();
    }
    this.#wake();
  }

  /** The sequence number that the next line will get. */
  get end(): number {
    return this.#next;
  }

  /** Entries from `sequence` on that are still there, at most `count`. */
  from(sequence: number, count = Infinity): readonly LogEntry[] {
    const live = this.#next - (this.#entries.length - this.#first);
    const start = this.#first + Math.max(0, sequence - live);
    return this.#entries.slice(start, Math.min(start + count, this.#entries.length));
  }

  /** Resolves at the next write, or when `wakeAll` is called. */
  async changed(): Promise<void> {
    await new Promise<void>((resolve) => this.#wakers.add(resolve));
  }

  wakeAll(): void {
    this.#wake();
  }

  #append(stream: LogStream, line: Uint8Array): void {
    const entry = { sequence: this.#next, stream, timeMs: this.#now(), line: line.slice() };
    this.#next += 1;
    this.#entries.push(entry);
    this.#sizeBytes += line.length + entryOverheadBytes;
    while (this.#sizeBytes > this.#sizeBytesMax && this.#first < this.#entries.length - 1) {
      const oldest = this.#entries[this.#first];
      this.#sizeBytes -= (oldest?.line.length ?? 0) + entryOverheadBytes;
      this.#first += 1;
    }
    if (this.#first > 1024 && this.#first * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#first);
      this.#first = 0;
    }
  }

  #wake(): void {
    for (const waker of this.#wakers) waker();
    this.#wakers.clear();
  }
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b;
  const whole = new Uint8Array(a.length + b.length);
  whole.set(a);
  whole.set(b, a.length);
  return whole;
}
