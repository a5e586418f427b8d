/** What a pull says while it works: the messages of Docker's JSON stream, word for word. */
import type { Digest } from '../image/digest.ts';

export interface PullProgress {
  readonly status: string;
  /** The tag or digest that is pulled, or the first 12 digits of a layer's blob. */
  readonly id?: string;
  /** There for every message about a layer, empty when it has no numbers. */
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  /** The bar as text, beside the numbers. */
  readonly progress?: string;
}

export type ProgressListener = (progress: PullProgress) => void;

/** As Docker: a bar moves at most so often. */
const updateIntervalMs = 100;
const updateBytesMax = 512 * 1024;

/** Reports about one layer. */
export class LayerProgress {
  readonly #id: string;
  readonly #report: ProgressListener;
  readonly #now: () => number;
  #lastBytes = 0;
  #lastMs = -Infinity;

  constructor(digest: Digest, { report, now }: { report: ProgressListener; now: () => number }) {
    this.#id = digest.slice('sha256:'.length, 'sha256:'.length + 12);
    this.#report = report;
    this.#now = now;
  }

  status(status: string): void {
    this.#report({ status, progressDetail: {}, id: this.#id });
  }

  /** Bytes so far; most calls report nothing. */
  bytes(status: string, { current, total }: { current: number; total: number }): void {
    const step = Math.min(updateBytesMax, Math.floor(total / 100));
    const isLast = current === total;
    const isDue =
      current - this.#lastBytes > step && this.#now() - this.#lastMs >= updateIntervalMs;
    if (!isDue && !isLast) return;
    this.#lastBytes = current;
    this.#lastMs = this.#now();
    this.#report({ ...progressMessage(status, { current, total }), id: this.#id });
  }
}

/** A status with a bar: as numbers, and as text for clients that draw none. */
export function progressMessage(
  status: string,
  { current, total }: { current: number; total: number },
): PullProgress {
  return { status, progressDetail: { current, total }, progress: progressText(current, total) };
}

/** `[=====>          ]  1.2MB/3.4MB`, as docker prints it on a wide terminal. */
export function progressText(current: number, total: number): string {
  if (current <= 0 && total <= 0) return '';
  const size = humanSize(current).padStart(8);
  if (total <= 0) return size;
  const done = Math.min(50, Math.floor(Math.floor((current / total) * 100) / 2));
  const bar = `[${'='.repeat(done)}>${' '.repeat(50 - done)}] `;
  return bar + (current > total ? size : `${size}/${humanSize(total)}`);
}

/** Four significant digits and a decimal unit, as go-units' HumanSize. */
export function humanSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${Number(value.toPrecision(4))}${units[unit] ?? ''}`;
}
