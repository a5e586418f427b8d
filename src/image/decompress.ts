/**
 * A layer's bytes, uncompressed. How it is compressed is told from the first bytes, as Docker does: media types lie.
 * Whatever expands beyond all reason is refused, so a small download cannot fill the disk.
 */
import { errorKind, KindError } from '../lib/errors.ts';
import { Bzip2Decoder } from './bzip2-decoder.ts';
import { GzipDecoder } from './gzip-decoder.ts';
import { XzDecoder } from './xz-decoder.ts';
import { ZstdDecoder } from './zstd-decoder.ts';

export interface DecompressLimits {
  /** The most one layer may be, uncompressed. */
  readonly sizeBytesMax: number;
  /** The most it may expand, counted once it is larger than `ratioFromBytes`. */
  readonly ratioMax: number;
  readonly ratioFromBytes: number;
}

/** Real layers expand 2- to 5-fold, and files of zeros 1000-fold: those pass up to 256 MiB. */
export const defaultLimits: DecompressLimits = {
  sizeBytesMax: 16 * 1024 ** 3,
  ratioMax: 200,
  ratioFromBytes: 256 * 1024 ** 2,
};

export type Compression = 'gzip' | 'zstd' | 'bzip2' | 'xz' | 'none';

/** Bytes that tell every compression apart. */
const magicBytes = 6;

interface Decoder {
  push(chunk: Uint8Array): Iterable<Uint8Array>;
  /** What is left; throws when the end is missing. */
  finish(): Iterable<Uint8Array> | undefined;
}

/**
 * Yields the uncompressed bytes of `source`. Rejects `dataLoss` when they are corrupt or cut short,
 * `invalidParameter` for a filter of xz it does not know, `resourceExhausted` beyond the limits.
 */
export async function* decompress(
  source: AsyncIterable<Uint8Array>,
  limits: DecompressLimits = defaultLimits,
): AsyncGenerator<Uint8Array, void, void> {
  let decoder: Decoder | undefined;
  let head = new Uint8Array(0);
  let inBytes = 0;
  let outBytes = 0;
  let failure: unknown;
  for await (const chunk of source) {
    inBytes += chunk.length;
    if (failure !== undefined) continue;
    let input = chunk;
    if (decoder === undefined) {
      head = concat(head, chunk);
      if (head.length < magicBytes) continue;
      decoder = createDecoder(detectCompression(head));
      input = head;
    }
    try {
      for (const out of decoder.push(input)) {
        outBytes += out.length;
        checkLimits({ inBytes, outBytes, limits });
        yield out;
      }
    } catch (error) {
      if (errorKind(error) !== 'dataLoss') throw error;
      // Read on to the end: a source that finds its bytes to be the wrong ones has the better explanation.
      failure = error;
    }
  }
  if (failure !== undefined) throw failure;
  if (decoder === undefined) {
    if (head.length > 0) yield head;
    return;
  }
  for (const out of decoder.finish() ?? []) {
    outBytes += out.length;
    checkLimits({ inBytes, outBytes, limits });
    yield out;
  }
}

export function detectCompression(head: Uint8Array): Compression {
  const starts = (...magic: number[]) => magic.every((byte, index) => head[index] === byte);
  if (starts(0x1f, 0x8b, 0x08)) return 'gzip';
  if (starts(0x28, 0xb5, 0x2f, 0xfd)) return 'zstd';
  // A skippable frame, which seekable zstd layers may begin with.
  if (
    head[0] !== undefined &&
    head[0] >> 4 === 5 &&
    head[1] === 0x2a &&
    head[2] === 0x4d &&
    head[3] === 0x18
  ) {
    return 'zstd';
  }
  if (starts(0x42, 0x5a, 0x68)) return 'bzip2';
  if (starts(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00)) return 'xz';
  return 'none';
}

function createDecoder(compression: Compression): Decoder {
  if (compression === 'gzip') return new GzipDecoder();
  if (compression === 'zstd') return new ZstdDecoder();
  if (compression === 'bzip2') return new Bzip2Decoder();
  if (compression === 'xz') return new XzDecoder();
  return { push: (chunk) => [chunk], finish: () => undefined };
}

function checkLimits(state: { inBytes: number; outBytes: number; limits: DecompressLimits }): void {
  const { inBytes, outBytes, limits } = state;
  if (outBytes > limits.sizeBytesMax) {
    throw new KindError(
      'resourceExhausted',
      `layer is larger than ${limits.sizeBytesMax} bytes when uncompressed`,
    );
  }
  if (outBytes > limits.ratioFromBytes && outBytes > inBytes * limits.ratioMax) {
    throw new KindError(
      'resourceExhausted',
      `layer expands more than ${limits.ratioMax}-fold: ${inBytes} bytes became ${outBytes}`,
    );
  }
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}
