/** Reads a file of the machine as a stream. */
import type { Guest } from '../../guest/guest.ts';
import { TarReader } from '../../image/tar-reader.ts';
import { errorKind } from '../../lib/errors.ts';

/**
 * As an archive, because that stays with the file when it is put aside meanwhile. Nothing when it is missing;
 * `sizeBytesMax` is where to stop.
 */
export async function* readContent(
  guest: Guest,
  path: string,
  sizeBytesMax = Infinity,
): AsyncGenerator<Uint8Array, void, void> {
  let parts: Uint8Array[] = [];
  let left = sizeBytesMax;
  const reader = new TarReader({
    entry: () => {},
    data: (bytes) => {
      if (left > 0) parts.push(bytes.subarray(0, left));
      left -= bytes.length;
    },
  });
  try {
    for await (const chunk of guest.readTar(path)) {
      reader.write(chunk);
      yield* parts;
      parts = [];
    }
  } catch (error) {
    if (errorKind(error) !== 'notFound') throw error;
  }
}
