/**
 * gzip, always the same bytes for the same input: no time, no name, one level. The platform's CompressionStream would
 * be faster, but its bytes differ from one platform to the next, and so would a layer's digest.
 */
import { Deflate } from 'pako';
import { KindError } from '../lib/errors.ts';

/** What gzip(1) and Go take for the best compromise. */
const level = 6;
const outputChunkBytes = 64 * 1024;
/** zlib's window bits for a gzip header and trailer. */
const gzipWindowBits = 31;

export async function* gzip(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  let output: Uint8Array[] = [];
  const deflate = new Deflate({ level, windowBits: gzipWindowBits, chunkSize: outputChunkBytes });
  deflate.onData = (chunk) => void output.push(chunk);
  for await (const chunk of source) {
    deflate.push(chunk, false);
    yield* output;
    output = [];
  }
  deflate.push(new Uint8Array(0), true);
  if (deflate.err !== 0) throw new KindError('system', `gzip: ${deflate.msg}`);
  yield* output;
}
