/** Reads a container's log back from its files, oldest line first. */
import type { Guest } from '../../guest/guest.ts';
import { TarReader } from '../../image/tar-reader.ts';
import { errorKind } from '../../lib/errors.ts';
import type { LogLine } from './log-format.ts';
import type { LogFileOptions } from './log-options.ts';

/** In batches. `sizeBytes`: so much of the newest file counts; it may grow meanwhile. */
export async function* readLogFiles(
  guest: Guest,
  options: LogFileOptions & { readonly sizeBytes: number },
): AsyncGenerator<readonly LogLine[], void, void> {
  for (let index = options.fileCountMax - 1; index >= 0; index -= 1) {
    const path = index === 0 ? options.path : `${options.path}.${index}`;
    const sizeBytesMax = index === 0 ? options.sizeBytes : Infinity;
    const decoder = options.format.decoder();
    for await (const bytes of readContent(guest, path, sizeBytesMax)) yield decoder.push(bytes);
  }
}

/** As an archive, because that stays with the file when it is put aside meanwhile. Nothing when it is missing. */
async function* readContent(
  guest: Guest,
  path: string,
  sizeBytesMax: number,
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
