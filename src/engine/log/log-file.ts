/**
 * The files a container's log goes to on the machine. Lines are written in batches over one stream that
 * stays open while the container runs; they are put aside by size, oldest last: `path`, `path.1`, …
 *
 * A log that cannot be written (the disk is full) ends there: the container goes on, and what it prints is
 * kept in memory as far as that goes.
 */
import type { FileAppender, Guest } from '../../guest/guest.ts';
import type { SetupStep } from '../../guest/plan.ts';
import { errorKind } from '../../lib/errors.ts';
import { compressFile } from './compress-file.ts';
import type { LoggedContainer } from './log-attributes.ts';
import type { LogLine } from './log-format.ts';
import { logFileOptions, type LogFileOptions } from './log-options.ts';

/** Lines waiting to be written before whoever prints has to wait. */
const backlogSizeBytesMax = 1024 * 1024;
/** What a format adds to a line, about. */
const lineOverheadBytes = 80;
/** Lines encoded at a time: between batches others have their turn. */
const batchLineCount = 4096;

export interface LogPosition {
  /** Bytes of the newest file. */
  readonly sizeBytes: number;
  /** Number of the first line that is not in the files. */
  readonly sequence: number;
}

export class LogFile {
  readonly #guest: Guest;
  readonly #options: LogFileOptions;
  #queue: LogLine[] = [];
  #queuedBytes = 0;
  #sequence = 0;
  #sizeBytes: number | undefined;
  #appender: FileAppender | undefined;
  #writing: Promise<void> | undefined;
  /** Of the file that was put aside last. */
  #compressing: Promise<void> = Promise.resolve();
  #broken = false;
  #hadLines = false;

  constructor(guest: Guest, options: LogFileOptions) {
    this.#guest = guest;
    this.#options = options;
  }

  /** True when lines lay there that this engine did not write. */
  get hadLines(): boolean {
    return this.#hadLines;
  }

  append(lines: readonly LogLine[]): void {
    if (this.#broken) return;
    for (const line of lines) {
      this.#queue.push(line);
      this.#queuedBytes += line.line.length;
    }
    this.#writing ??= this.#writeAll();
  }

  /** Resolves when there is room for more. */
  async room(): Promise<void> {
    while (this.#queuedBytes > backlogSizeBytesMax && this.#writing !== undefined)
      await this.#writing;
  }

  /** Resolves when everything appended so far is in the files. */
  async flush(): Promise<LogPosition> {
    while (this.#writing !== undefined) await this.#writing;
    await this.#measure();
    return { sizeBytes: this.#sizeBytes ?? 0, sequence: this.#sequence };
  }

  /** The container ended: the stream is let go, and opened again when there is more. */
  async close(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
    const appender = this.#appender;
    this.#appender = undefined;
    await appender?.close().catch(() => {});
    await this.#compressing;
  }

  /** The container goes, and its files with it: nothing more is written, nothing is left open. */
  async discard(): Promise<void> {
    this.#broken = true;
    this.#queue = [];
    this.#queuedBytes = 0;
    await this.close();
  }

  async #writeAll(): Promise<void> {
    try {
      await this.#measure();
      while (this.#queue.length > 0) {
        if ((this.#sizeBytes ?? 0) >= this.#options.sizeBytesMax) await this.#rotate();
        const lines = this.#queue.splice(0, this.#batchLength());
        await this.#write(this.#options.format.encode(lines));
        this.#sequence += lines.length;
        this.#queuedBytes -= lines.reduce((sum, { line }) => sum + line.length, 0);
      }
    } catch {
      this.#broken = true;
      this.#queue = [];
      this.#queuedBytes = 0;
    } finally {
      this.#writing = undefined;
    }
  }

  /** As many lines as fill the newest file up, by a guess of what each becomes. */
  #batchLength(): number {
    let room = this.#options.sizeBytesMax - (this.#sizeBytes ?? 0);
    let count = 0;
    while (room > 0 && count < batchLineCount && count < this.#queue.length) {
      room -= (this.#queue[count]?.line.length ?? 0) + lineOverheadBytes;
      count += 1;
    }
    return count;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#appender ??= await this.#guest.appendFile(this.#options.path, { mode: 0o640 });
    await this.#appender.write(bytes);
    this.#sizeBytes = (this.#sizeBytes ?? 0) + bytes.length;
  }

  async #measure(): Promise<void> {
    if (this.#sizeBytes !== undefined) return;
    const { path, ownDirectory } = this.#options;
    const cause = 'A place for what the container prints';
    if (ownDirectory !== undefined)
      await this.#guest.apply({
        before: [
          { operation: { op: 'mkdir', path: ownDirectory, mode: 0o710, parents: true }, cause },
        ],
      });
    try {
      this.#sizeBytes = (await this.#guest.stat(path)).sizeBytes;
      this.#hadLines = this.#sizeBytes > 0;
    } catch (error) {
      if (errorKind(error) !== 'notFound') throw error;
      this.#sizeBytes = 0;
    }
  }

  async #rotate(): Promise<void> {
    await this.#appender?.close();
    this.#appender = undefined;
    this.#sizeBytes = 0;
    await this.#compressing;
    const { path, fileCountMax, compress } = this.#options;
    const cause = 'The log is as large as it may be: put it aside';
    const names = (index: number) =>
      index === 0 ? [path] : [`${path}.${index}`, ...(compress ? [`${path}.${index}.gz`] : [])];
    const step = (operation: SetupStep['operation']): SetupStep => ({ operation, cause });
    const oldest = names(fileCountMax - 1);
    await this.#guest.apply({
      before: oldest.map((name) => step({ op: 'removeTree', path: name })),
    });
    // Those that are not there yet fail to move, and that is as it should be: each on its own.
    for (let index = fileCountMax - 2; index >= 0; index -= 1)
      for (const [which, from] of names(index).entries()) {
        const rename = step({ op: 'rename', from, to: names(index + 1)[which] ?? '' });
        await this.#guest.apply({ before: [rename] }).catch(() => {});
      }
    // One that cannot be compressed stays as it is, and is read so.
    if (compress) this.#compressing = compressFile(this.#guest, `${path}.1`).catch(() => {});
  }
}

/** The files of a container; undefined with the driver that keeps nothing. */
export function openLogFile(
  { guest }: { readonly guest: Guest },
  container: LoggedContainer,
): LogFile | undefined {
  const options = logFileOptions(container);
  return options === undefined ? undefined : new LogFile(guest, options);
}
