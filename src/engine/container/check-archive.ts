/**
 * Looks at an archive on its way into a container: what is no tar and what names a place outside the
 * directory is refused in Docker's words. The agent would keep it inside whatever it names; this is so
 * that the user hears of it. A sparse file is refused too: the agent knows no holes in archives, and would write what is
 * stored of it as if it were all.
 */
import { TarReader, type TarEntry } from '../../image/tar-reader.ts';
import { errorKind, KindError } from '../../lib/errors.ts';
import { cleanPath } from '../spec/mount-point.ts';

/** Passes the bytes on; an entry that is refused does not pass, those before it do. */
export function checkArchive(
  source: AsyncIterable<Uint8Array>,
  directory: string,
): ReadableStream<Uint8Array> {
  const reader = new TarReader({ entry: (entry) => checkEntry(entry, directory) });
  const iterator = source[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await iterator.next();
        try {
          if (done === true) reader.finish();
          else reader.write(value);
        } catch (error) {
          throw asDockerd(error);
        }
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await iterator.return?.();
      },
    },
    { highWaterMark: 0 },
  );
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
  if (isSparse(entry))
    refuse(`Cannot unpack ${JSON.stringify(name)}: it is archived as a sparse file`);
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

function isSparse({ type, typeflag, sizeBytes, extents }: TarEntry): boolean {
  if (type !== 'file') return false;
  const storedBytes = extents.reduce((sum, { length }) => sum + length, 0);
  return typeflag === 'S' || storedBytes !== sizeBytes;
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
