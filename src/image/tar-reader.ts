/**
 * A streaming tar reader: bytes are pushed in, entries and their data come out. It knows what image
 * layers and build contexts are made of: ustar, GNU and PAX, long names, sparse files, extended
 * attributes. Strict on bad input, with Docker's words.
 *
 * Own code rather than a library: the layer index needs the offset of each file's data in the
 * archive, the runs of sparse files and names that are not UTF-8, which none offers.
 */
import { decodeByteString } from '../lib/byte-string.ts';
import type { LayerExtent } from './layer-index.ts';
import { type TarHeader, blockSize, isZeroBlock, parseTarHeader } from './tar-header.ts';
import { invalidHeader, unexpectedEnd } from './tar-error.ts';
import {
  type PaxRecords,
  noPaxRecords,
  paxInteger,
  parsePaxRecords,
  parsePaxTime,
} from './tar-pax.ts';
import {
  SparseMapReader,
  type SparseRun,
  checkSparseRuns,
  oldGnuExtension,
  oldGnuSparse,
  paxSparse,
  sparseRunCountMax,
} from './tar-sparse.ts';

/** PAX headers and GNU long names; Go's reader has the same limit. */
export const specialFileSizeBytesMax = 1 << 20;

export type TarEntryType =
  | 'file'
  | 'link'
  | 'symlink'
  | 'char'
  | 'block'
  | 'dir'
  | 'fifo'
  | 'other';

export interface TarEntry {
  /** As the archive has it: not normalised, and a directory's may end in a slash. */
  readonly name: string;
  readonly type: TarEntryType;
  readonly typeflag: string;
  readonly linkName: string;
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Size of the file, holes included. */
  readonly sizeBytes: number;
  readonly mtimeSeconds: number;
  readonly mtimeNanoseconds: number;
  readonly deviceMajor: number;
  readonly deviceMinor: number;
  readonly xattrs: Readonly<Record<string, Uint8Array>>;
  /** Where the data lies in the archive. */
  readonly extents: readonly LayerExtent[];
}

export interface TarHandler {
  entry(entry: TarEntry): void;
  /** Stored bytes of the last entry, in order; a sparse file's holes are not among them. */
  data?(bytes: Uint8Array): void;
}

const typeOf: Readonly<Record<string, TarEntryType>> = {
  '0': 'file',
  '\0': 'file',
  '1': 'link',
  '2': 'symlink',
  '3': 'char',
  '4': 'block',
  '5': 'dir',
  '6': 'fifo',
  S: 'file',
};

/** Consumes one unit and says how much it needs next. */
type State =
  /** Whole blocks: `next` gets each. */
  | { readonly kind: 'block'; readonly next: (block: Uint8Array) => State }
  /** Bytes collected in memory with their padding. */
  | {
      readonly kind: 'collect';
      readonly length: number;
      readonly next: (bytes: Uint8Array) => State;
    }
  /** File data, handed on and then padded. */
  | { readonly kind: 'data'; left: number; padding: number }
  /** Behind the end marker, where anything may follow. */
  | { readonly kind: 'end' };

/** What the next header inherits from special entries in front of it. */
interface Pending {
  pax: PaxRecords;
  longName: string | undefined;
  longLink: string | undefined;
}

export class TarReader {
  readonly #handler: TarHandler;
  #state: State = { kind: 'block', next: (block) => this.#header(block) };
  #offset = 0;
  #buffer = new Uint8Array(blockSize);
  #buffered = 0;
  #zeroBlockSeen = false;
  #pending: Pending = { pax: noPaxRecords, longName: undefined, longLink: undefined };

  constructor(handler: TarHandler) {
    this.#handler = handler;
  }

  /** Throws `invalidParameter` for what is no tar; the reader is of no use then. */
  write(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length;) {
      const state = this.#state;
      if (state.kind === 'end') return;
      if (state.kind === 'data') at += this.#pass(state, chunk, at);
      else at += this.#gather(state, chunk, at);
    }
  }

  /** Call at the end of the archive. An archive without end marker is taken, as Docker does. */
  finish(): void {
    const { kind } = this.#state;
    const between = kind === 'block' && this.#buffered === 0 && this.#isBetweenEntries();
    // umoci's `insert` pads the last file no more than Go's reader asks for: not at all.
    const unpadded = this.#state.kind === 'data' && this.#state.left === 0;
    if (kind !== 'end' && !between && !unpadded) throw unexpectedEnd();
  }

  #isBetweenEntries(): boolean {
    const { pax, longName, longLink } = this.#pending;
    return (
      this.#atHeader && pax === noPaxRecords && longName === undefined && longLink === undefined
    );
  }

  #atHeader = true;

  /** Hands on data or skips padding; returns how much. */
  #pass(
    state: { readonly kind: 'data'; left: number; padding: number },
    chunk: Uint8Array,
    at: number,
  ): number {
    const isData = state.left > 0;
    const length = Math.min(isData ? state.left : state.padding, chunk.length - at);
    if (isData) {
      this.#handler.data?.(chunk.subarray(at, at + length));
      state.left -= length;
    } else state.padding -= length;
    this.#offset += length;
    if (state.left === 0 && state.padding === 0) this.#state = this.#nextHeader();
    return length;
  }

  /** Collects a block or special data, which may straddle chunks; returns how much it took. */
  #gather(
    state: Extract<State, { kind: 'block' | 'collect' }>,
    chunk: Uint8Array,
    at: number,
  ): number {
    const wanted = state.kind === 'block' ? blockSize : paddedSize(state.length);
    if (this.#buffered === 0 && chunk.length - at >= wanted) {
      this.#take(state, chunk.subarray(at, at + wanted));
      return wanted;
    }
    if (this.#buffer.length < wanted) {
      const grown = new Uint8Array(wanted);
      grown.set(this.#buffer.subarray(0, this.#buffered));
      this.#buffer = grown;
    }
    const length = Math.min(wanted - this.#buffered, chunk.length - at);
    this.#buffer.set(chunk.subarray(at, at + length), this.#buffered);
    this.#buffered += length;
    if (this.#buffered === wanted) {
      this.#buffered = 0;
      this.#take(state, this.#buffer.subarray(0, wanted));
    }
    return length;
  }

  #take(state: Extract<State, { kind: 'block' | 'collect' }>, bytes: Uint8Array): void {
    this.#offset += bytes.length;
    this.#atHeader = false;
    this.#state = state.next(state.kind === 'collect' ? bytes.subarray(0, state.length) : bytes);
  }

  #nextHeader(): State {
    this.#atHeader = true;
    return { kind: 'block', next: (block) => this.#header(block) };
  }

  #header(block: Uint8Array): State {
    if (isZeroBlock(block)) {
      if (this.#zeroBlockSeen) return { kind: 'end' };
      this.#zeroBlockSeen = true;
      return this.#nextHeader();
    }
    if (this.#zeroBlockSeen) throw invalidHeader();
    const header = parseTarHeader(block);
    switch (header.typeflag) {
      case 'x':
        return this.#collect(header, (bytes) => {
          this.#pending.pax = parsePaxRecords(bytes);
        });
      // Docker ignores global headers; git archive puts a comment there.
      case 'g':
        return this.#collect(header, (bytes) => void parsePaxRecords(bytes));
      case 'L':
        return this.#collect(header, (bytes) => {
          this.#pending.longName = untilNul(bytes);
        });
      case 'K':
        return this.#collect(header, (bytes) => {
          this.#pending.longLink = untilNul(bytes);
        });
      case 'S':
        return this.#oldGnuSparse(header, block);
      default:
        return this.#entry(header);
    }
  }

  #collect({ sizeBytes }: TarHeader, use: (bytes: Uint8Array) => void): State {
    if (sizeBytes > specialFileSizeBytesMax) throw invalidHeader();
    const next = (bytes: Uint8Array): State => {
      use(bytes);
      return this.#nextHeader();
    };
    return sizeBytes === 0 ? next(new Uint8Array(0)) : { kind: 'collect', length: sizeBytes, next };
  }

  #entry(header: TarHeader): State {
    const merged = this.#merge(header);
    const { type, storedBytes, pax } = merged;
    if (type !== 'file' && type !== 'other') {
      return this.#emit(merged, { runs: [], sizeBytes: 0, storedBytes: 0 });
    }
    const sparse = type === 'file' ? paxSparse(pax, storedBytes) : undefined;
    if (sparse?.kind === 'mapInData') {
      return this.#sparseMap(merged, sparse.sizeBytes);
    }
    if (sparse?.kind === 'runs') {
      return this.#emit(merged, { runs: sparse.runs, sizeBytes: sparse.sizeBytes, storedBytes });
    }
    const runs = [{ fileOffset: 0, length: storedBytes }];
    return this.#emit(merged, { runs, sizeBytes: storedBytes, storedBytes });
  }

  #sparseMap(merged: MergedHeader, sizeBytes: number): State {
    const map = new SparseMapReader();
    let storedBytes = merged.storedBytes;
    const next = (block: Uint8Array): State => {
      storedBytes -= blockSize;
      if (storedBytes < 0) throw invalidHeader();
      const runs = map.write(block);
      return runs === undefined
        ? { kind: 'block', next }
        : this.#emit(merged, { runs, sizeBytes, storedBytes });
    };
    return { kind: 'block', next };
  }

  #oldGnuSparse(header: TarHeader, block: Uint8Array): State {
    const merged = this.#merge(header);
    const { storedBytes } = merged;
    const { runs, sizeBytes, extended } = oldGnuSparse(block);
    const next = (extension: Uint8Array): State => {
      const more = oldGnuExtension(extension);
      runs.push(...more.runs);
      if (runs.length > sparseRunCountMax) throw invalidHeader();
      if (more.extended) return { kind: 'block', next };
      return this.#emit(merged, { runs, sizeBytes, storedBytes });
    };
    if (extended) return { kind: 'block', next };
    return this.#emit(merged, { runs, sizeBytes, storedBytes });
  }

  /** Lays what special entries said over the header, and forgets them. */
  #merge(header: TarHeader): MergedHeader {
    const { pax, longName, longLink } = this.#pending;
    this.#pending = { pax: noPaxRecords, longName: undefined, longLink: undefined };
    const sparseName = pax.values.get('GNU.sparse.name');
    const name = longName ?? sparseName ?? pax.values.get('path') ?? header.name;
    const mtime = pax.values.get('mtime');
    const time =
      mtime === undefined ? { seconds: header.mtimeSeconds, nanoseconds: 0 } : parsePaxTime(mtime);
    let type = typeOf[header.typeflag] ?? 'other';
    // Before POSIX a directory was a file whose name ends in a slash.
    if (header.typeflag === '\0' && name.endsWith('/')) type = 'dir';
    // Field by field: copying objects is what would take the time of a large layer.
    return {
      typeflag: header.typeflag,
      mode: header.mode,
      deviceMajor: header.deviceMajor,
      deviceMinor: header.deviceMinor,
      type,
      pax,
      name,
      linkName: longLink ?? pax.values.get('linkpath') ?? header.linkName,
      uid: paxInteger(pax, 'uid') ?? header.uid,
      gid: paxInteger(pax, 'gid') ?? header.gid,
      storedBytes: paxInteger(pax, 'size') ?? header.sizeBytes,
      mtimeSeconds: time.seconds,
      mtimeNanoseconds: time.nanoseconds,
    };
  }

  #emit(merged: MergedHeader, content: Content): State {
    checkSparseRuns(content.runs, content);
    const { name, type, typeflag, linkName, uid, gid, deviceMajor, deviceMinor } = merged;
    this.#handler.entry({
      name,
      type,
      typeflag,
      linkName,
      mode: merged.mode & 0o7777,
      uid,
      gid,
      sizeBytes: content.sizeBytes,
      mtimeSeconds: merged.mtimeSeconds,
      mtimeNanoseconds: merged.mtimeNanoseconds,
      deviceMajor,
      deviceMinor,
      xattrs: merged.pax.xattrs,
      extents: extentsOf(content.runs, this.#offset),
    });
    const left = content.storedBytes;
    if (left === 0) return this.#nextHeader();
    return { kind: 'data', left, padding: paddedSize(left) - left };
  }
}

interface MergedHeader extends Omit<TarHeader, 'sizeBytes'> {
  readonly type: TarEntryType;
  readonly pax: PaxRecords;
  readonly storedBytes: number;
  readonly mtimeNanoseconds: number;
}

interface Content {
  readonly runs: readonly SparseRun[];
  readonly sizeBytes: number;
  readonly storedBytes: number;
}

function extentsOf(runs: readonly SparseRun[], dataOffset: number): LayerExtent[] {
  const extents: LayerExtent[] = [];
  let tarOffset = dataOffset;
  for (const { fileOffset, length } of runs) {
    if (length > 0) extents.push({ fileOffset, tarOffset, length });
    tarOffset += length;
  }
  return extents;
}

function paddedSize(length: number): number {
  return Math.ceil(length / blockSize) * blockSize;
}

function untilNul(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decodeByteString(bytes, 0, end < 0 ? bytes.length : end);
}
