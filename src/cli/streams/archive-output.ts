/** Where an archive goes: a file of the caller's, or standard output unless that is a terminal. */
import { errorKind } from '../../lib/errors.ts';
import type { CommandContext } from '../command/command.ts';
import type { CliFiles } from '../invocation.ts';
import { absolutePath } from '../paths.ts';
import { copyPlain } from './attached-streams.ts';

/** Checked before the engine is asked. `failure` names what cannot be done: `failed to save image`. */
export async function checkArchiveOutput(
  context: CommandContext,
  options: { readonly path: string; readonly failure: string },
): Promise<void> {
  const { path, failure } = options;
  if (path === '') {
    if (!context.out.terminal) return;
    throw new Error('cowardly refusing to save to a terminal. Use the -o flag or redirect');
  }
  const files = filesOf(context);
  const absolute = absolutePath(path, context.invocation.workingDirectory);
  const parent = absolute.slice(0, absolute.lastIndexOf('/')) || '/';
  const above = await statOrNothing(files, parent);
  if (above === undefined) {
    throw new Error(
      `${failure}: invalid output path: stat ${relativeParent(path)}: no such file or directory`,
    );
  }
  const target = await statOrNothing(files, absolute);
  if (target?.type === 'dir') {
    throw new Error(`${failure}: cannot write to a directory`);
  }
}

export async function writeArchive(
  context: CommandContext,
  options: { readonly path: string; readonly archive: ReadableStream<Uint8Array> },
): Promise<void> {
  const { path, archive } = options;
  if (path === '') return copyPlain(archive, context.out);
  const absolute = absolutePath(path, context.invocation.workingDirectory);
  await filesOf(context).writeStream(absolute, archive);
}

export function filesOf(context: CommandContext): CliFiles {
  const { files } = context.host;
  if (files === undefined) throw new Error('the file system is not available');
  return files;
}

/** A file of the caller's for reading; fails with the words of open(2). */
export async function openFile(
  context: CommandContext,
  path: string,
): Promise<ReadableStream<Uint8Array>> {
  const absolute = absolutePath(path, context.invocation.workingDirectory);
  try {
    return await filesOf(context).openRead(absolute);
  } catch (error) {
    if (errorKind(error) !== 'notFound') throw error;
    throw new Error(`open ${path}: no such file or directory`, { cause: error });
  }
}

async function statOrNothing(files: CliFiles, path: string) {
  return files.stat(path).catch((error: unknown) => {
    if (errorKind(error) === 'notFound') return undefined;
    throw error;
  });
}

function relativeParent(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '.' : path.slice(0, slash) || '/';
}
