/**
 * Sparse files in GNU tar's four formats: the old one (map in the header and in extension blocks)
 * and PAX 0.0, 0.1 (map in records) and 1.0 (map in front of the data). All become a list of runs of
 * data, which lie one after another in the archive.
 */
import { blockSize, numeric } from './tar-header.ts';
import { invalidHeader } from './tar-error.ts';
import { type PaxRecords, paxInteger, parseInteger } from './tar-pax.ts';

/** Runs of one file. An untrusted archive must not make us hold more. */
export const sparseRunCountMax = 1 << 16;

/** A run of data at `fileOffset`. */
export interface SparseRun {
  readonly fileOffset: number;
  readonly length: number;
}

/** Throws unless the runs are in order, apart and inside the file, and make up all stored bytes. */
export function checkSparseRuns(
  runs: readonly SparseRun[],
  sizes: { readonly sizeBytes: number; readonly storedBytes: number },
): void {
  let end = 0;
  let stored = 0;
  for (const { fileOffset, length } of runs) {
    if (fileOffset < end || length < 0) throw invalidHeader();
    end = fileOffset + length;
    stored += length;
    if (end > sizes.sizeBytes) throw invalidHeader();
  }
  if (stored !== sizes.storedBytes) throw invalidHeader();
}

/** What PAX records say of a sparse file. */
export type PaxSparse =
  | { readonly kind: 'runs'; readonly runs: readonly SparseRun[]; readonly sizeBytes: number }
  /** Format 1.0: the map comes first in the data. */
  | { readonly kind: 'mapInData'; readonly sizeBytes: number };

/** The sparse file that records describe, or undefined. `storedBytes`: what the header's size says. */
export function paxSparse(records: PaxRecords, storedBytes: number): PaxSparse | undefined {
  const { values, sparsePairs } = records;
  const major = values.get('GNU.sparse.major');
  const minor = values.get('GNU.sparse.minor');
  const sizeBytes =
    paxInteger(records, 'GNU.sparse.realsize') ?? paxInteger(records, 'GNU.sparse.size');
  if (major === '1' && minor === '0') {
    return { kind: 'mapInData', sizeBytes: sizeBytes ?? storedBytes };
  }
  const oldVersion = major === '0' && (minor === '0' || minor === '1');
  if (major !== undefined && !oldVersion) throw invalidHeader();
  const map = values.get('GNU.sparse.map');
  if (map === undefined && sparsePairs.length === 0 && !oldVersion) return undefined;
  const numbers = map === undefined ? sparsePairs : map.split(',');
  const runs = runsOf(numbers);
  const count = paxInteger(records, 'GNU.sparse.numblocks');
  if (count !== undefined && count !== runs.length) throw invalidHeader();
  return { kind: 'runs', runs, sizeBytes: sizeBytes ?? storedBytes };
}

/** Collects the map of format 1.0: lines with a count, then an offset and a length for each run. */
export class SparseMapReader {
  #text = '';
  #lineCount = 0;
  #lineCountWanted: number | undefined;

  /** Takes one block; the runs once the map is complete. */
  write(block: Uint8Array): readonly SparseRun[] | undefined {
    this.#text += String.fromCharCode(...block);
    for (const byte of block) if (byte === 0x0a) this.#lineCount++;
    this.#lineCountWanted ??= this.#wanted();
    if (this.#lineCount < this.#lineCountWanted) return undefined;
    return runsOf(this.#text.split('\n', this.#lineCountWanted).slice(1));
  }

  #wanted(): number {
    // A count that does not end within the first block is none.
    if (this.#lineCount === 0) throw invalidHeader();
    const count = parseInteger(this.#text.slice(0, this.#text.indexOf('\n')));
    if (count > sparseRunCountMax) throw invalidHeader();
    return 1 + 2 * count;
  }
}

/** The map in an old GNU header: up to four runs, the real size, and whether more blocks follow. */
export function oldGnuSparse(block: Uint8Array): {
  readonly runs: SparseRun[];
  readonly sizeBytes: number;
  readonly extended: boolean;
} {
  return {
    runs: binaryRuns(block, { start: 386, count: 4 }),
    sizeBytes: numeric(block, 483, 12),
    extended: block[482] !== 0,
  };
}

/** One extension block of the old format: up to 21 runs. */
export function oldGnuExtension(block: Uint8Array): {
  readonly runs: SparseRun[];
  readonly extended: boolean;
} {
  return {
    runs: binaryRuns(block.subarray(0, blockSize), { start: 0, count: 21 }),
    extended: block[504] !== 0,
  };
}

function binaryRuns(
  block: Uint8Array,
  { start, count }: { readonly start: number; readonly count: number },
): SparseRun[] {
  const runs: SparseRun[] = [];
  for (let index = 0; index < count; index++) {
    const at = start + index * 24;
    // An empty entry ends the list.
    if (block[at] === 0) break;
    runs.push({ fileOffset: numeric(block, at, 12), length: numeric(block, at + 12, 12) });
  }
  return runs;
}

function runsOf(numbers: readonly string[]): SparseRun[] {
  if (numbers.length % 2 !== 0 || numbers.length > 2 * sparseRunCountMax) throw invalidHeader();
  const runs: SparseRun[] = [];
  for (let index = 0; index < numbers.length; index += 2) {
    runs.push({
      fileOffset: parseInteger(numbers[index] ?? ''),
      length: parseInteger(numbers[index + 1] ?? ''),
    });
  }
  return runs;
}
