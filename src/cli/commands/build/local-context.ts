/** A directory of the caller's as a build context: a tar of it, without what `.dockerignore` leaves out. */
import { readChunks } from '../../../lib/read-chunks.ts';
import { encodeByteString } from '../../../lib/byte-string.ts';
import { errorKind } from '../../../lib/errors.ts';
import { generatorStream } from '../../../lib/generator-stream.ts';
import { IgnorePatterns, parseIgnoreFile } from '../../../lib/ignore-patterns.ts';
import { posixBase } from '../../../lib/posix-path.ts';
import { tarFile } from '../../../lib/tar-file.ts';
import { rewriteTar } from '../../../lib/tar-rebase.ts';
import type { CommandContext } from '../../command/command.ts';
import type { CliFiles } from '../../invocation.ts';
import { absolutePath } from '../../paths.ts';
import { filesOf } from '../../streams/archive-output.ts';
import { localSource } from '../container/local-copy-paths.ts';
import { hexOf } from '../../../lib/hex.ts';

export interface BuildContext {
  /** Undefined where the engine fetches the context itself. */
  readonly body?: ReadableStream<Uint8Array>;
  /** The Dockerfile's name within the context. */
  readonly dockerfile: string;
  /** How messages call the Dockerfile. */
  readonly sourceName: string;
  /** A URL or a git repository. */
  readonly remote?: string;
}

export interface LocalContextOptions {
  readonly path: string;
  /** `-f`; empty for the default. */
  readonly file: string;
  /** A Dockerfile from standard input. */
  readonly dockerfile?: Uint8Array;
  /** BuildKit looks for `<Dockerfile>.dockerignore` too. */
  readonly buildkit: boolean;
}

const defaultName = 'Dockerfile';

/** Rejects with Docker's words. */
export async function localContext(
  context: CommandContext,
  options: LocalContextOptions,
): Promise<BuildContext> {
  const files = filesOf(context);
  const directory = await contextDirectory(context, options.path);
  const given =
    options.dockerfile === undefined
      ? await findDockerfile(context, { ...options, directory })
      : undefined;
  const inside = given === undefined ? undefined : relative(directory, given);
  const name = inside ?? `.dockerfile.${randomSuffix()}`;
  const extra: Uint8Array[] = [];
  const ignore = await readIgnore(files, {
    directory,
    given: options.buildkit ? given : undefined,
  });
  if (inside === undefined) {
    const content = options.dockerfile ?? (await files.readFile(given ?? ''));
    extra.push(tarFile({ name, content }));
    const own = ignore.text ?? '.dockerignore';
    extra.push(tarFile({ name: '.dockerignore', content: encodeByteString(`${own}\n${name}\n`) }));
  } else if (ignore.isOwn) {
    extra.push(tarFile({ name: '.dockerignore', content: encodeByteString(ignore.text ?? '') }));
  }
  const keep = new Set(extra.length === 0 ? [name, '.dockerignore'] : [name]);
  const drop = new Set(extra.length === 0 ? [] : ['.dockerignore']);
  const patterns = new IgnorePatterns(parseIgnoreFile(ignore.text ?? ''));
  const tar = directoryTar(files, directory, { patterns, keep, drop, classic: !options.buildkit });
  return {
    body: extra.length === 0 ? tar : generatorStream(after(extra, tar)),
    dockerfile: name,
    sourceName: given === undefined ? defaultName : posixBase(given),
  };
}

interface TarFilter {
  readonly patterns: IgnorePatterns;
  /** Stay whatever the patterns say. */
  readonly keep: ReadonlySet<string>;
  readonly drop: ReadonlySet<string>;
  /** The classic builder looks into fewer directories. */
  readonly classic?: boolean;
}

/** A tar of what is below a directory, named from it, all of it root's. */
export function directoryTar(
  files: Pick<CliFiles, 'readTar'>,
  directory: string,
  { patterns, keep, drop, classic = false }: TarFilter,
): ReadableStream<Uint8Array> {
  const top = directory === '/' ? '.' : posixBase(directory);
  return rewriteTar(files.readTar(directory === '/' ? '/.' : directory), {
    rootOwned: true,
    rename(name) {
      if (!name.startsWith(`${top}/`)) return undefined;
      const inner = name.slice(top.length + 1);
      if (drop.has(inner)) return undefined;
      if (keep.has(inner)) return inner;
      const isOut = classic ? patterns.matchesSkipping(inner) : patterns.matches(inner);
      return isOut ? undefined : inner;
    },
  });
}

/** The directory itself, links followed. */
export async function contextDirectory(context: CommandContext, path: string): Promise<string> {
  const absolute = absolutePath(path, context.invocation.workingDirectory);
  const source = await localSource(filesOf(context), { path: absolute, follow: true });
  if (!source.isDirectory)
    throw new Error(`unable to prepare context: context must be a directory: ${absolute}`);
  return source.realPath;
}

async function findDockerfile(
  context: CommandContext,
  options: { readonly file: string; readonly directory: string; readonly buildkit: boolean },
): Promise<string> {
  const { file, directory, buildkit } = options;
  const files = filesOf(context);
  const below = (name: string) => (directory === '/' ? `/${name}` : `${directory}/${name}`);
  const candidates =
    file === ''
      ? [below(defaultName), below(defaultName.toLowerCase())]
      : [absolutePath(file, context.invocation.workingDirectory)];
  for (const path of candidates) if (await exists(files, path)) return path;
  const [missing = ''] = candidates;
  if (buildkit) {
    const name = relative(directory, missing) ?? posixBase(missing);
    throw new Error(
      `ERROR: failed to solve: failed to read dockerfile: open ${name}: no such file or directory`,
    );
  }
  throw new Error(
    `unable to prepare context: unable to evaluate symlinks in Dockerfile path: lstat ${missing}: no such file or directory`,
  );
}

/** The patterns' text; `isOwn` when it is the Dockerfile's, not the context's. */
async function readIgnore(
  files: CliFiles,
  { directory, given }: { readonly directory: string; readonly given: string | undefined },
): Promise<{ readonly text?: string; readonly isOwn: boolean }> {
  const own = given === undefined ? undefined : await readText(files, `${given}.dockerignore`);
  if (own !== undefined) return { text: own, isOwn: true };
  const path = directory === '/' ? '/.dockerignore' : `${directory}/.dockerignore`;
  const text = await readText(files, path);
  return text === undefined ? { isOwn: false } : { text, isOwn: false };
}

async function readText(files: CliFiles, path: string): Promise<string | undefined> {
  try {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(await files.readFile(path));
  } catch (error) {
    if (errorKind(error) === 'notFound') return undefined;
    throw error;
  }
}

async function exists(files: CliFiles, path: string): Promise<boolean> {
  try {
    await files.stat(path);
    return true;
  } catch (error) {
    if (errorKind(error) === 'notFound') return false;
    throw error;
  }
}

/** The path from the directory; undefined when it is not below it. */
function relative(directory: string, path: string): string | undefined {
  const prefix = directory === '/' ? '/' : `${directory}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length) : undefined;
}

async function* after(
  pieces: readonly Uint8Array[],
  rest: ReadableStream<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  yield* pieces;
  yield* readChunks(rest);
}

/** Twenty hexadecimal digits. */
function randomSuffix(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(10));
  return hexOf(bytes);
}
