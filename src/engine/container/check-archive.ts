/**
 * Looks at an archive on its way into a container: what is no tar and what names a place outside the
 * directory is refused in Docker's words. The agent would keep it inside whatever it names; this is so
 * that the user hears of it. Sparse files go on with their holes filled, of which the agent makes holes again.
 */
import { TarExpansion } from '../../image/tar-expansion.ts';
import { TarReader, type TarEntry } from '../../image/tar-reader.ts';
import { errorKind, KindError } from '../../lib/errors.ts';
import { cleanPath } from '../spec/mount-point.ts';

/**
 * As much as the machine's disk holds. Docker writes holes out, so there more than this ends with a full disk; here the
 * same is said before anything is written.
 */
const holesSizeBytesMax = 8 * 1024 ** 3;

/** Passes on what is allowed; an entry that is refused does not pass, those before it do. */
export function checkArchive(
  source: AsyncIterable<Uint8Array>,
  directory: string,
): ReadableStream<Uint8Array> {
  const expansion = new TarExpansion({ holesSizeBytesMax });
  const reader = new TarReader({
    entry: (entry) => {
      checkEntry(entry, directory);
      expansion.entry(entry);
    },
    data: (bytes) => expansion.data(bytes),
  });
  const iterator = source[Symbol.asyncIterator]();
  let isOver = false;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        let bytes = expansion.take();
        while (bytes === undefined && !isOver) {
          const { done, value } = await iterator.next();
          isOver = done === true;
          feed(reader, expansion, isOver ? undefined : value);
          bytes = expansion.take();
        }
        if (bytes === undefined) controller.close();
        else controller.enqueue(bytes);
      },
      async cancel() {
        await iterator.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

/** Undefined is the end. */
function feed(reader: TarReader, expansion: TarExpansion, bytes: Uint8Array | undefined): void {
  try {
    if (bytes !== undefined) return reader.write(bytes);
    reader.finish();
  } catch (error) {
    throw asDockerd(error);
  }
  expansion.end();
}

/** dockerd has no kind for what is wrong with an archive: it answers 500. */
function asDockerd(error: unknown): unknown {
  if (!(error instanceof KindError) || errorKind(error) !== 'invalidParameter') return error;
  return new KindError('system', error.message, { cause: error });
}

function checkEntry(entry: TarEntry, directory: string): void {
  const refuse = (message: string): never => {
    throw new KindError('invalidParameter', message);
  };
  const { name, linkName } = entry;
  const place = cleanPath(`${directory}/${name}`);
  if (!isWithin(place, directory)) refuse(`"${cleanName(name)}" is outside of "${directory}"`);
  if (entry.type === 'link') {
    const target = cleanPath(`${directory}/${linkName}`);
    if (!isWithin(target, directory)) refuse(`invalid hardlink "${target}" -> "${linkName}"`);
  }
  // An absolute target counts as one below the link, as for Docker: it cannot leave the container.
  if (entry.type === 'symlink' && !isWithin(cleanPath(`${place}/../${linkName}`), directory))
    refuse(`invalid symlink "${place}" -> "${linkName}"`);
}

function isWithin(path: string, directory: string): boolean {
  return directory === '/' || path === directory || path.startsWith(`${directory}/`);
}

/** Without `.` and doubled slashes; `..` stays in front of what it cannot take away. */
function cleanName(name: string): string {
  const parts: string[] = [];
  for (const part of name.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}
