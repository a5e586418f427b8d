/** `--cidfile`: there before the container is made, and gone again when none was. */
import { errorKind, errorMessage } from '../../lib/errors.ts';
import type { CommandContext } from '../command/command.ts';
import type { CliFiles } from '../invocation.ts';
import { absolutePath } from '../paths.ts';

/** Runs `create` and writes the ID that it resolves with into the file; with no path, only runs it. */
export async function withCidFile(
  context: CommandContext,
  options: { readonly path: string; readonly create: () => Promise<string> },
): Promise<string> {
  const { path, create } = options;
  if (path === '') return create();
  const { files } = context.host;
  if (files === undefined) throw failure(path, 'operation not supported');
  const absolute = absolutePath(path, context.invocation.workingDirectory);
  await refuseExisting(files, { path, absolute });
  await files.writeFile(absolute, new Uint8Array()).catch((error: unknown) => {
    throw failure(path, reasonOf(error), error);
  });
  try {
    const id = await create();
    await files.writeFile(absolute, new TextEncoder().encode(id));
    return id;
  } catch (error) {
    await files.removeFile(absolute).catch(() => undefined);
    throw error;
  }
}

async function refuseExisting(
  files: CliFiles,
  { path, absolute }: { readonly path: string; readonly absolute: string },
): Promise<void> {
  const exists = await files.stat(absolute).then(
    () => true,
    () => false,
  );
  if (!exists) return;
  throw new Error(
    `container ID file found, make sure the other container isn't running or delete ${path}`,
  );
}

function failure(path: string, reason: string, cause?: unknown): Error {
  return new Error(`failed to create the container ID file: open ${path}: ${reason}`, { cause });
}

/** In Go's words for the usual reasons. */
function reasonOf(error: unknown): string {
  if (errorKind(error) === 'notFound') return 'no such file or directory';
  const message = errorMessage(error);
  if (message.includes('ENOTDIR')) return 'not a directory';
  if (message.includes('EACCES')) return 'permission denied';
  return message.includes('EISDIR') ? 'is a directory' : message;
}
