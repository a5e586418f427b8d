/**
 * What a container printed, in memory. Bounded: the oldest goes when it is full, as the json-file
 * driver's does with max-size. Readers keep a position of their own, so a slow one holds up nobody; it
 * misses lines instead.
 *
 * Lines that arrived together stay together, and are only parted for a reader who needs to: a program
 * may print millions of short ones.
 */

export type LogStream = 'stdout' | 'stderr';

/** Some lines of one stream that came at one time. */
export interface LogChunk {
  /** Number of its first line since the container was made. */
  readonly sequence: number;
  readonly lineCount: number;
  readonly stream: LogStream;
  readonly timeMs: number;
  /** With their newlines; the last has none if it was cut or the stream ended without one. */
  readonly lines: Uint8Array;
}

/** Per container. */
export const logSizeBytesMax = 16 * 1024 * 1024;
/** So much without a newline is stored as a line of its own, as Docker's copier does. */
const partialSizeBytesMax = 16 * 1024;
/** What a chunk costs beside its bytes. */
const chunkOverheadBytes = 64;

const newline = 10;

export class ContainerLog {
  #chunks: LogChunk[] = [];
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

  write(stream: LogStream, data: Uint8Array): void {
    if (!this.#enabled) return;
    const whole = join(this.#partial[stream], data);
    const end = whole.lastIndexOf(newline) + 1;
    if (end > 0) this.#append(stream, whole.slice(0, end));
    this.#partial[stream] = whole.slice(end);
    if (this.#partial[stream].length >= partialSizeBytesMax) this.#appendPartial(stream);
    this.wakeAll();
  }

  /** The process ended: what has no newline is a line too. */
  flush(): void {
    this.#appendPartial('stdout');
    this.#appendPartial('stderr');
    this.wakeAll();
  }

  /** The number that the next line will get. */
  get end(): number {
    return this.#next;
  }

  /** Where the last `lineCount` lines begin that are not older than `sinceMs`. */
  tailPosition(lineCount: number, sinceMs = -Infinity): number {
    const live = this.#chunks.slice(this.#first);
    const since = live.find(({ timeMs }) => timeMs >= sinceMs)?.sequence ?? this.#next;
    return Math.max(since, this.#next - lineCount);
  }

  /** The chunk with the line of this number, from that line on; the oldest one when it is gone. */
  read(sequence: number): LogChunk | undefined {
    let low = this.#first;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const chunk = this.#chunks[middle];
      if (chunk !== undefined && chunk.sequence + chunk.lineCount <= sequence) low = middle + 1;
      else high = middle;
    }
    const found = this.#chunks[low];
    return found === undefined ? undefined : withoutLines(found, sequence - found.sequence);
  }

  /** Everything that is still there. */
  all(): readonly LogChunk[] {
    return this.#chunks.slice(this.#first);
  }

  /** Resolves at the next write, or when `wakeAll` is called. */
  async changed(): Promise<void> {
    await new Promise<void>((resolve) => this.#wakers.add(resolve));
  }

  wakeAll(): void {
    for (const waker of this.#wakers) waker();
    this.#wakers.clear();
  }

  #appendPartial(stream: LogStream): void {
    if (this.#partial[stream].length > 0) this.#append(stream, this.#partial[stream]);
    this.#partial[stream] = new Uint8Array();
  }

  #append(stream: LogStream, lines: Uint8Array): void {
    const lineCount = countLines(lines);
    this.#chunks.push({ sequence: this.#next, lineCount, stream, timeMs: this.#now(), lines });
    this.#next += lineCount;
    this.#sizeBytes += lines.length + chunkOverheadBytes;
    while (this.#sizeBytes > this.#sizeBytesMax && this.#first < this.#chunks.length - 1) {
      this.#sizeBytes -= (this.#chunks[this.#first]?.lines.length ?? 0) + chunkOverheadBytes;
      this.#first += 1;
    }
    if (this.#first > 1024 && this.#first * 2 > this.#chunks.length) {
      this.#chunks = this.#chunks.slice(this.#first);
      this.#first = 0;
    }
  }
}

/** The lines of a chunk, each with its newline. */
export function splitLines(lines: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let start = 0; start < lines.length;) {
    const found = lines.indexOf(newline, start);
    const end = found < 0 ? lines.length : found + 1;
    parts.push(lines.subarray(start, end));
    start = end;
  }
  return parts;
}

function withoutLines(chunk: LogChunk, count: number): LogChunk {
  if (count <= 0) return chunk;
  let start = 0;
  for (let passed = 0; passed < count; passed += 1) start = chunk.lines.indexOf(newline, start) + 1;
  return {
    ...chunk,
    sequence: chunk.sequence + count,
    lineCount: chunk.lineCount - count,
    lines: chunk.lines.subarray(start),
  };
}

function countLines(lines: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < lines.length; at += 1) if (lines[at] === newline) count += 1;
  return lines.at(-1) === newline ? count : count + 1;
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b;
  const whole = new Uint8Array(a.length + b.length);
  whole.set(a);
  whole.set(b, a.length);
  return whole;
}
