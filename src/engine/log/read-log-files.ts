/** Reads a container's log back from its files, oldest line first. */
import type { Guest } from '../../guest/guest.ts';
import { decompress } from '../../image/decompress.ts';
import type { LogLine } from './log-format.ts';
import type { LogFileOptions } from './log-options.ts';
import { readContent } from './read-content.ts';

/** In batches. `sizeBytes`: so much of the newest file counts; it may grow meanwhile. */
export async function* readLogFiles(
  guest: Guest,
  options: LogFileOptions & { readonly sizeBytes: number },
): AsyncGenerator<readonly LogLine[], void, void> {
  for (let index = options.fileCountMax - 1; index >= 0; index -= 1) {
    const decoder = options.format.decoder();
    for await (const bytes of contentOf(guest, options, index)) yield decoder.push(bytes);
  }
}

async function* contentOf(
  guest: Guest,
  options: LogFileOptions & { readonly sizeBytes: number },
  index: number,
): AsyncGenerator<Uint8Array, void, void> {
  if (index === 0) {
    yield* readContent(guest, options.path, options.sizeBytes);
    return;
  }
  const path = `${options.path}.${index}`;
  let isEmpty = true;
  for await (const bytes of readContent(guest, path)) {
    isEmpty = false;
    yield bytes;
  }
  if (isEmpty && options.compress) yield* decompress(readContent(guest, `${path}.gz`));
}
