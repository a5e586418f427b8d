/** What the caller's side of a `docker cp` is. */
import { errorKind } from '../../../lib/errors.ts';
import { goQuote } from '../../../lib/go-quote.ts';
import type { CliFileStat, CliFiles } from '../../invocation.ts';
import { cleanPath } from '../../../lib/posix-path.ts';
import { splitEntry, specifiesContents } from './copy-paths.ts';
import type { CopySource, CopyTarget } from './copy-paths.ts';

/** As the kernel counts them, roughly; more is a loop. */
const linksMax = 40;

export interface LocalSource extends CopySource {
  /** The path itself, without links at its end and without an ending that says something. */
  readonly realPath: string;
}

/** Throws in the words of lstat(2). */
export async function localSource(
  files: CliFiles,
  options: { readonly path: string; readonly follow: boolean },
): Promise<LocalSource> {
  const { path } = options;
  const clean = cleanPath(path);
  const follow = options.follow || specifiesContents(path);
  const { path: realPath, stat } = await lookUp(files, { path: clean, follow });
  if (stat === undefined) {
    throw new Error(`lstat ${await firstMissing(files, clean)}: no such file or directory`);
  }
  const { base } = splitEntry(path);
  return { path, realPath, isDirectory: stat.type === 'dir', name: base };
}

/** What is not there needs a parent that is. */
export async function localTarget(files: CliFiles, path: string): Promise<CopyTarget> {
  const clean = cleanPath(path);
  const { path: realPath, stat } = await lookUp(files, { path: clean, follow: true });
  const ending = path.slice(clean.length);
  if (stat !== undefined) {
    return { path: realPath, kind: stat.type === 'dir' ? 'directory' : 'other' };
  }
  const parent = splitEntry(realPath).parent;
  const above = await lookUp(files, { path: parent, follow: true });
  if (above.stat === undefined) throw new Error(`stat ${parent}: no such file or directory`);
  if (above.stat.type !== 'dir') throw new Error('not a directory');
  return { path: realPath + ending, kind: undefined };
}

/** Before anything is asked of the engine: the parent must be there, the target no device. */
export async function checkOutputPath(files: CliFiles, path: string): Promise<void> {
  const { parent } = splitEntry(cleanPath(path));
  const above = await lookUp(files, { path: parent, follow: true });
  if (above.stat === undefined) {
    throw new Error(`invalid output path: directory ${goQuote(parent)} does not exist`);
  }
  const { stat } = await lookUp(files, { path: cleanPath(path), follow: true });
  if (stat?.type === 'char' || stat?.type === 'block') {
    throw new Error(
      `invalid output path: ${goQuote(path)} must be a directory or a regular file: got a device`,
    );
  }
}

/** The shortest beginning of the path that is not there. */
async function firstMissing(files: CliFiles, path: string): Promise<string> {
  const { parent } = splitEntry(path);
  if (parent === '/') return path;
  const { stat } = await lookUp(files, { path: parent, follow: true });
  return stat === undefined ? firstMissing(files, parent) : path;
}

async function lookUp(
  files: CliFiles,
  options: { readonly path: string; readonly follow: boolean },
): Promise<{ readonly path: string; readonly stat: CliFileStat | undefined }> {
  let { path } = options;
  for (let links = 0; links <= linksMax; links += 1) {
    const stat = await files.stat(path).catch((error: unknown) => {
      if (errorKind(error) === 'notFound') return undefined;
      throw error;
    });
    if (!options.follow || stat?.type !== 'symlink') return { path, stat };
    const target = stat.target ?? '';
    path = cleanPath(target.startsWith('/') ? target : `${splitEntry(path).parent}/${target}`);
  }
  throw new Error(`stat ${options.path}: too many levels of symbolic links`);
}
