/** `--build-context name=…`: directories go into the same tar as the main context, each below a name of its own. */
import { readChunks } from '../../../lib/read-chunks.ts';
import { generatorStream } from '../../../lib/generator-stream.ts';
import { IgnorePatterns } from '../../../lib/ignore-patterns.ts';
import { rewriteTar } from '../../../lib/tar-rebase.ts';
import { tarEnd } from '../../../lib/tar-file.ts';
import type { CommandContext } from '../../command/command.ts';
import { filesOf } from '../../streams/archive-output.ts';
import { isRemote } from './build-context.ts';
import { contextDirectory, directoryTar } from './local-context.ts';

/** Where named contexts lie in the tar; the engine keeps it out of the main context. */
const folder = '.bottleship-contexts';

export interface NamedContexts {
  readonly query: string | undefined;
  readonly body: ReadableStream<Uint8Array> | undefined;
}

/** Rejects with buildx's words. */
export async function namedContexts(
  context: CommandContext,
  main: ReadableStream<Uint8Array> | undefined,
): Promise<NamedContexts> {
  const values: Record<string, string> = {};
  const tars: ReadableStream<Uint8Array>[] = [];
  for (const spec of context.flags.values<string>('build-context')) {
    const equals = spec.indexOf('=');
    if (equals < 0) throw new Error(`ERROR: invalid context value: ${spec}, expected key=value`);
    const [name, value] = [spec.slice(0, equals), spec.slice(equals + 1)];
    if (isRemote(value) || /^(docker-image|target|oci-layout):/.test(value)) {
      values[name] = value;
      continue;
    }
    const directory = await contextDirectory(context, value);
    const below = `${folder}/${tars.length}`;
    values[name] = `context:${below}`;
    const all = {
      patterns: new IgnorePatterns([]),
      keep: new Set<string>(),
      drop: new Set<string>(),
    };
    const tar = directoryTar(filesOf(context), directory, all);
    tars.push(rewriteTar(tar, { rename: (path) => `${below}/${path}` }));
  }
  const query = Object.keys(values).length === 0 ? undefined : JSON.stringify(values);
  if (tars.length === 0) return { query, body: main };
  return {
    query,
    body: generatorStream(concatenated(main === undefined ? tars : [...tars, main])),
  };
}

/** One tar after the other: the empty blocks at the ends of all but the last go. */
async function* concatenated(
  tars: readonly ReadableStream<Uint8Array>[],
): AsyncGenerator<Uint8Array, void> {
  for (const tar of tars) {
    for await (const chunk of readChunks(withoutEnd(tar))) yield chunk;
  }
  yield tarEnd();
}

function withoutEnd(tar: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  return rewriteTar(tar, { rename: (name) => name, withoutEnd: true });
}
