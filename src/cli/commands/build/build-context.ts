/** What `docker build PATH | URL | -` is given: a directory, standard input, a URL or a git repository. */
import { readChunks } from '../../../lib/read-chunks.ts';
import { errorKind } from '../../../lib/errors.ts';
import { generatorStream } from '../../../lib/generator-stream.ts';
import { joinBytes } from '../../../lib/join-bytes.ts';
import { goQuote } from '../../../lib/go-quote.ts';
import { tarEnd, tarFile } from '../../../lib/tar-file.ts';
import type { CommandContext } from '../../command/command.ts';
import { absolutePath } from '../../paths.ts';
import { filesOf } from '../../streams/archive-output.ts';
import { localContext, type BuildContext } from './local-context.ts';

export interface BuildContextOptions {
  readonly path: string;
  /** `-f`; empty for the default, `-` for standard input. */
  readonly file: string;
  readonly buildkit: boolean;
}

/** A Dockerfile from standard input is read whole. */
const dockerfileBytesMax = 2 * 1024 * 1024;

/** Two headers of a tar: enough to tell what standard input is. */
const headBytes = 1024;

/** Rejects with Docker's words. */
export async function buildContext(
  context: CommandContext,
  options: BuildContextOptions,
): Promise<BuildContext> {
  const { path, file, buildkit } = options;
  const { stdin } = context.invocation;
  if (path === '-') {
    if (file === '-')
      throw new Error("invalid argument: can't use stdin for both build context and dockerfile");
    return stdinContext(stdin, file);
  }
  if (await isLocal(context, path)) {
    const dockerfile = file === '-' ? await readDockerfile(readChunks(stdin)) : undefined;
    return localContext(context, { path, file, buildkit, ...(dockerfile ? { dockerfile } : {}) });
  }
  if (!isRemote(path)) {
    const start = buildkit ? 'ERROR: ' : '';
    throw new Error(`${start}unable to prepare context: path ${goQuote(path)} not found`);
  }
  if (file !== '-') return { remote: path, dockerfile: file, sourceName: file || 'Dockerfile' };
  const content = await readDockerfile(readChunks(stdin));
  return { ...single(content), remote: path };
}

/** A URL, or what git clones. */
export function isRemote(path: string): boolean {
  return /^(https?|git|ssh):\/\//.test(path) || /^(git@|github\.com\/)/.test(path);
}

async function isLocal(context: CommandContext, path: string): Promise<boolean> {
  try {
    await filesOf(context).stat(absolutePath(path, context.invocation.workingDirectory));
    return true;
  } catch (error) {
    if (errorKind(error) === 'notFound') return false;
    throw error;
  }
}

/** An archive is a context; anything else is a Dockerfile, without any context. */
async function stdinContext(
  stdin: ReadableStream<Uint8Array>,
  file: string,
): Promise<BuildContext> {
  const chunks = readChunks(stdin);
  const head: Uint8Array[] = [];
  let length = 0;
  while (length < headBytes) {
    const { done, value } = await chunks.next();
    if (done === true) break;
    head.push(value);
    length += value.length;
  }
  const start = joinBytes(head);
  if (isArchive(start)) {
    const body = generatorStream(joined(start, chunks));
    return { body, dockerfile: file, sourceName: file || 'Dockerfile' };
  }
  if (file !== '')
    throw new Error('ambiguous Dockerfile source: both stdin and flag correspond to Dockerfiles');
  return single(await readDockerfile(joined(start, chunks)));
}

function single(content: Uint8Array): BuildContext {
  const name = 'Dockerfile';
  const tar = joinBytes([tarFile({ name, content, mode: 0o644 }), tarEnd()]);
  return { body: new Blob([new Uint8Array(tar)]).stream(), dockerfile: name, sourceName: name };
}

async function* joined(
  start: Uint8Array,
  rest: AsyncGenerator<Uint8Array, void>,
): AsyncGenerator<Uint8Array, void> {
  if (start.length > 0) yield start;
  yield* rest;
}

async function readDockerfile(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    pieces.push(chunk);
    length += chunk.length;
    if (length > dockerfileBytesMax)
      throw new Error(`Cannot read Dockerfile: more than ${dockerfileBytesMax} bytes`);
  }
  return joinBytes(pieces);
}

const magics: readonly (readonly number[])[] = [
  [0x1f, 0x8b, 0x08],
  [0x42, 0x5a, 0x68],
  [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],
  [0x28, 0xb5, 0x2f, 0xfd],
];

/** Compressed, or a header whose checksum is right. */
export function isArchive(head: Uint8Array): boolean {
  if (magics.some((magic) => magic.every((byte, at) => head[at] === byte))) return true;
  if (head.length < 512) return false;
  const field = new TextDecoder()
    .decode(head.subarray(148, 156))
    .replace(/[\0 ]+$/, '')
    .trim();
  if (!/^[0-7]+$/.test(field)) return false;
  let sum = 0;
  for (let at = 0; at < 512; at += 1) sum += at >= 148 && at < 156 ? 0x20 : (head[at] ?? 0);
  return sum === parseInt(field, 8);
}
