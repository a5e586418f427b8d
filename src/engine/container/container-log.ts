/**
 * What a container printed, in memory. Bounded: the oldest goes when it is full, as the json-file
 * driver's does with max-size. Readers keep a position of their own, so a slow one holds up nobody; it
 * misses lines instead.
 *
 * Lines that arrived together stay together, and are only parted for a reader who needs to: a program
 * may print millions of short ones.
 */
import type { LogFile } from '../log/log-file.ts';
import { joinBytes } from '../../lib/join-bytes.ts';

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

/** Per container: what is older is read back from the files of its log driver. */
export const logSizeBytesMax = 1024 * 1024;
/** So much without a newline is a line of its own, as for Docker's copier. */
export const lineSizeBytesMax = 16 * 1024;
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
  readonly #file: LogFile | undefined;

  constructor(options: {
    readonly now: () => number;
    readonly enabled: boolean;
    readonly sizeBytesMax?: number;
    /** Gets every line, too. */
    readonly file?: LogFile | undefined;
  }) {
    this.#now = options.now;
    this.#enabled = options.enabled;
    this.#sizeBytesMax = options.sizeBytesMax ?? logSizeBytesMax;
    this.#file = options.file;
  }

  write(stream: LogStream, data: Uint8Array): void {
    if (!this.#enabled) return;
    const whole = joinBytes([this.#partial[stream], data]);
    let start = 0;
    for (const end of chunkEnds(whole)) {
      this.#append(stream, whole.slice(start, end));
      start = end;
    }
    this.#partial[stream] = whole.slice(start);
    this.wakeAll();
  }

  /** The process ended: what has no newline is a line too. */
  flush(): void {
    this.#appendPartial('stdout');
    this.#appendPartial('stderr');
    this.wakeAll();
  }

  /** True when the oldest line is still there. */
  get isWhole(): boolean {
    return (this.#chunks[this.#first]?.sequence ?? this.#next) === 0;
  }

  /** The number that the next line will get. */
  get end(): number {
    return this.#next;
  }

  /**
   * Where the last `lineCount` lines begin that are not older than `sinceMs`. It may lie before the oldest line that
   * is still here: the files have it then.
   */
  tailPosition(lineCount: number, sinceMs = -Infinity): number {
    const live = this.#chunks.slice(this.#first);
    const found = live.findIndex(({ timeMs }) => timeMs >= sinceMs);
    const since = found === 0 ? 0 : (live[found]?.sequence ?? this.#next);
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
    const timeMs = this.#now();
    this.#chunks.push({ sequence: this.#next, lineCount, stream, timeMs, lines });
    this.#file?.append(splitLines(lines).map((line) => ({ stream, timeMs, line })));
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

/**
 * Where to part bytes into chunks: after the last newline, and around what is longer than a line may be.
 * What is left after the last of them waits for its newline.
 */
function chunkEnds(bytes: Uint8Array): number[] {
  const ends: number[] = [];
  const last = bytes.lastIndexOf(newline) + 1;
  if (bytes.length >= lineSizeBytesMax) {
    let start = 0;
    while (start < bytes.length) {
      const found = bytes.indexOf(newline, start);
      const end = found < 0 ? bytes.length : found + 1;
      const isLong =
        end - start > lineSizeBytesMax || (found < 0 && end - start >= lineSizeBytesMax);
      if (isLong && start > (ends.at(-1) ?? 0)) ends.push(start);
      const cutsEnd = isLong ? end - lineSizeBytesMax : -1;
      for (let at = start; at <= cutsEnd; at += lineSizeBytesMax) ends.push(at + lineSizeBytesMax);
      start = end;
    }
  }
  if (last > (ends.at(-1) ?? 0)) ends.push(last);
  return ends;
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
