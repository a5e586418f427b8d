/** A tar made of another, entry by entry, as it streams by: names change, entries go, the rest stays as it is. */
import { TarReader, type TarEntry } from './tar-reader.ts';
import { tarEnd, tarHeader, tarPadding, type TarWriterEntry } from './tar-writer.ts';

/**
 * Yields the archive that `change` makes of `source`; an entry for which it returns undefined goes, with its data.
 * `before` may put entries without data in front of one that stays. Throws for what is no tar. Sparse files come out with their holes left out, so they must not be among the entries.
 */
export async function* rewriteTar(
  source: AsyncIterable<Uint8Array>,
  change: (entry: TarEntry) => TarWriterEntry | undefined,
  before: (entry: TarEntry) => readonly TarWriterEntry[] = () => [],
): AsyncGenerator<Uint8Array, void, void> {
  let output: Uint8Array[] = [];
  /** Data of the present entry still to come; undefined when it is left out. */
  let left: number | undefined;
  let padding: Uint8Array = new Uint8Array(0);
  const reader = new TarReader({
    entry: (entry) => {
      const changed = change(entry);
      left = changed === undefined ? undefined : (changed.sizeBytes ?? 0);
      if (changed === undefined) return;
      output.push(...before(entry).map((one) => tarHeader(one)), tarHeader(changed));
      padding = tarPadding(left ?? 0);
    },
    data: (bytes) => {
      if (left === undefined) return;
      output.push(bytes);
      left -= bytes.length;
      if (left === 0 && padding.length > 0) output.push(padding);
    },
  });
  for await (const chunk of source) {
    reader.write(chunk);
    yield* output;
    output = [];
  }
  reader.finish();
  yield tarEnd;
}

/** The entry as it is to be written. Rejects nothing: what no tar can hold, its reader did not let through. */
export function writerEntry(entry: TarEntry): TarWriterEntry {
  const { type } = entry;
  return {
    name: entry.name,
    type: type === 'other' ? 'file' : type,
    mode: entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    sizeBytes: entry.sizeBytes,
    mtimeSeconds: entry.mtimeSeconds,
    mtimeNanoseconds: entry.mtimeNanoseconds,
    linkName: entry.linkName,
    deviceMajor: entry.deviceMajor,
    deviceMinor: entry.deviceMinor,
    xattrs: entry.xattrs,
  };
}
