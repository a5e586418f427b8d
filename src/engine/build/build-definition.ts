/** The Dockerfile of a build's context: found, read, parsed and planned. */
import { dockerfileBytesMax, parseDockerfile } from '../../build/parse/parse-dockerfile.ts';
import type { BuildPlan } from '../../build/plan/build-plan.ts';
import { planBuild } from '../../build/plan/plan-build.ts';
import type { Dockerfile } from '../../build/instruction.ts';
import { SyntaxMistake } from '../../build/parse/instruction-input.ts';
import { SourceError, type SourceFile } from '../../build/source.ts';
import { formatPlatform, machinePlatform, parsePlatform } from '../../image/platform.ts';
import { KindError } from '../../lib/errors.ts';
import { IgnorePatterns, parseIgnoreFile } from '../../lib/ignore-patterns.ts';
import type { Daemon } from '../daemon.ts';
import type { ImageBuildOptions } from '../server/backend/build-backend.ts';
import { readSmallFile } from './file-content.ts';
import { resolvePath } from './file-tree.ts';
import type { MountSource } from './run-mounts.ts';

export interface BuildDefinition {
  readonly source: SourceFile;
  /** Lines of `.dockerignore`. */
  readonly ignored: readonly string[];
}

/** Rejects when there is none. `.dockerignore` may take the file out of what COPY sees. */
export async function readDefinition(
  daemon: Daemon,
  options: ImageBuildOptions,
  { tree }: MountSource,
): Promise<BuildDefinition> {
  const { layers } = daemon.images;
  const name = options.dockerfile === '' ? 'Dockerfile' : options.dockerfile;
  const found = [name, ...(options.dockerfile === '' ? ['dockerfile'] : [])]
    .map((path) => resolvePath(tree, path))
    .find(({ node }) => node !== undefined);
  if (found?.node === undefined) {
    const message =
      options.version === 1
        ? `Cannot locate specified Dockerfile: ${name}`
        : `failed to read dockerfile: open ${name}: no such file or directory`;
    throw new KindError(options.version === 1 ? 'system' : 'invalidParameter', message);
  }
  const text = new TextDecoder().decode(
    await readSmallFile(layers, found.node, dockerfileBytesMax),
  );
  if (options.version === 1 && text.trim() === '')
    throw new KindError('invalidParameter', `The Dockerfile (${name}) cannot be empty`);
  const source = { filename: options.sourceName || name, text };
  const ignoreFile = tree.children.get('.dockerignore');
  if (ignoreFile?.inode.type !== 'file') return { source, ignored: [] };
  const content = await readSmallFile(layers, ignoreFile, dockerfileBytesMax);
  const ignored = parseIgnoreFile(new TextDecoder().decode(content));
  const patterns = new IgnorePatterns(ignored);
  for (const path of ['.dockerignore', found.path])
    if (!path.includes('/') && patterns.matches(path)) tree.hide(path);
  return { source, ignored };
}

/** Throws a `SourceError` for what no build could do. */
export function planDefinition(
  { source }: BuildDefinition,
  options: ImageBuildOptions,
  more: { readonly allStages?: true } = {},
): BuildPlan {
  const args = Object.entries(options.buildArgs).flatMap(([key, value]) =>
    value === null ? [] : [[key, value] as const],
  );
  return planBuild(parseSource(source, options), {
    buildArgs: new Map(args),
    namedContexts: new Map(Object.entries(options.namedContexts)),
    buildPlatform: formatPlatform(machinePlatform),
    targetPlatform: formatPlatform(
      options.platform === '' ? machinePlatform : parsePlatform(options.platform),
    ),
    noCache: options.noCache,
    ...(options.version === 1 ? { isClassic: true } : {}),
    ...(options.target === '' ? {} : { target: options.target }),
    ...more,
  });
}

/** The classic builder says of a mistake in how a line is written that it was parsing. */
function parseSource(source: SourceFile, { version }: ImageBuildOptions): Dockerfile {
  try {
    return parseDockerfile(source.text, source);
  } catch (error) {
    if (version === 1 && error instanceof SourceError && error.cause instanceof SyntaxMistake)
      error.message = `failed to parse Dockerfile: ${error.message}`;
    throw error;
  }
}
