/** `docker cp` */
import {
  containerCopyFrom,
  containerCopyTo,
  containerStatPath,
} from '../../../client/containers.ts';
import { rebaseTar } from '../../../lib/tar-rebase.ts';
import { exactly } from '../../command/command.ts';
import type { Command, CommandContext } from '../../command/command.ts';
import { boolFlag } from '../../flags/flag-spec.ts';
import { absolutePath } from '../../paths.ts';
import { filesOf } from '../../streams/archive-output.ts';
import { copyPlain } from '../../streams/attached-streams.ts';
import {
  hasTrailingSlash,
  keepEnding,
  planCopy,
  splitCopyArgument,
  splitEntry,
} from './copy-paths.ts';
import type { CopySource, CopyTarget } from './copy-paths.ts';
import { withCopyProgress } from './copy-progress.ts';
import { isDirectory, isSymlink, obstacle } from './file-mode.ts';
import { checkOutputPath, localSource, localTarget } from './local-copy-paths.ts';

export const copy: Command = {
  use: '[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-\n\tdocker cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH',
  short: 'Copy files/folders between a container and the local filesystem',
  long:
    'Copy files/folders between a container and the local filesystem\n\n' +
    "Use '-' as the source to read a tar archive from stdin\n" +
    'and extract it to a directory destination in a container.\n' +
    "Use '-' as the destination to stream a tar archive of a\n" +
    'container source to stdout.',
  aliases: 'docker container cp, docker cp',
  arguments: exactly(2),
  flags: [
    boolFlag('archive', 'Archive mode (copy all uid/gid information)', { short: 'a' }),
    boolFlag('follow-link', 'Always follow symbol link in SRC_PATH', { short: 'L' }),
    boolFlag(
      'quiet',
      'Suppress progress output during copy. Progress output is automatically suppressed if no terminal is attached',
      { short: 'q' },
    ),
  ],
  async run(context) {
    const [sourceText = '', targetText = ''] = context.args;
    if (sourceText === '') throw new Error('source can not be empty');
    if (targetText === '') throw new Error('destination can not be empty');
    const source = splitCopyArgument(sourceText);
    const target = splitCopyArgument(targetText);
    if (source.container !== '' && target.container !== '') {
      throw new Error('copying between containers is not supported');
    }
    if (source.container !== '') {
      return copyFrom(context, { container: source.container, from: source.path, to: target.path });
    }
    if (target.container === '') throw new Error('must specify at least one container source');
    return copyTo(context, { container: target.container, from: source.path, to: target.path });
  },
};

interface Copy {
  readonly container: string;
  readonly from: string;
  readonly to: string;
}

async function copyFrom(context: CommandContext, { container, from, to }: Copy): Promise<void> {
  const { client, signal } = context;
  const local = to === '-' ? to : localPath(context, to);
  if (to !== '-') await checkOutputPath(filesOf(context), local);
  const followed = context.flags.bool('follow-link')
    ? await followInContainer(context, { container, path: from })
    : { path: from };
  const { stat, tar: archive } = await containerCopyFrom(client, {
    container,
    path: followed.path,
    signal,
  });
  if (to === '-') return copyPlain(archive, context.out);
  const source: CopySource = { path: followed.path, isDirectory: isDirectory(stat.mode) };
  const files = filesOf(context);
  const named = 'name' in followed ? followed.name : undefined;
  const base = splitEntry(source.path).base;
  await withCopyProgress(
    context,
    { archive, header: 'Copying from container - ', target: local },
    async (counted) => {
      const renamed = named === undefined ? counted : rebaseTar(counted, { from: base, to: named });
      const plan = planCopy(
        named === undefined ? source : { ...source, name: named },
        await localTarget(files, local),
      );
      await files.writeTar(plan.directory, rebaseTar(renamed, plan.rebase));
    },
  );
}

async function copyTo(context: CommandContext, { container, from, to }: Copy): Promise<void> {
  const target = await containerTarget(context, { container, path: to });
  const copyUidGid = context.flags.bool('archive');
  const extract = (directory: string, archive: ReadableStream<Uint8Array>) =>
    containerCopyTo(context.client, {
      container,
      path: directory,
      tar: archive,
      copyUidGid,
      signal: context.signal,
    });
  if (from === '-') {
    if (target.kind !== 'directory') {
      throw new Error(`destination "${container}:${to}" must be a directory`);
    }
    return extract(target.path, context.invocation.stdin);
  }
  const files = filesOf(context);
  const local = localPath(context, from);
  const source = await localSource(files, {
    path: local,
    follow: context.flags.bool('follow-link') || hasTrailingSlash(from),
  });
  const plan = planCopy(source, target);
  const { base } = splitEntry(source.realPath);
  const archive = rebaseTar(files.readTar(source.realPath), { from: base, to: plan.rebase.to });
  const shown = `${container}:${target.path}`;
  const progress = { archive, header: 'Copying to container - ', target: shown };
  await withCopyProgress(context, progress, (counted) => extract(plan.directory, counted));
}

function localPath(context: CommandContext, path: string): string {
  return keepEnding(absolutePath(path, context.invocation.workingDirectory), path);
}

/** Follows the link at the end of a path, and keeps the link's name. */
async function followInContainer(
  context: CommandContext,
  { container, path }: { readonly container: string; readonly path: string },
): Promise<{ readonly path: string; readonly name?: string }> {
  const stat = await containerStatPath(context.client, { container, path }).catch(() => undefined);
  if (stat === undefined || !isSymlink(stat.mode)) return { path };
  const linked = keepEnding(linkTarget(path, stat.linkTarget), path);
  const name = splitEntry(path).base;
  return splitEntry(linked).base === name ? { path: linked } : { path: linked, name };
}

/** What is not there may still be made, when its parent is. */
async function containerTarget(
  context: CommandContext,
  { container, path }: { readonly container: string; readonly path: string },
): Promise<CopyTarget> {
  const stat = (at: string) =>
    containerStatPath(context.client, { container, path: at }).catch(() => undefined);
  let found = await stat(path);
  let resolved = path;
  if (found !== undefined && isSymlink(found.mode)) {
    resolved = linkTarget(path, found.linkTarget);
    found = await stat(resolved);
  }
  if (found === undefined) return { path: resolved, kind: undefined };
  const reason = obstacle(found.mode);
  if (reason !== undefined) {
    throw new Error(
      `destination "${container}:${path}" must be a directory or a regular file: ${reason}`,
    );
  }
  return { path: resolved, kind: isDirectory(found.mode) ? 'directory' : 'other' };
}

function linkTarget(path: string, target: string): string {
  return target.startsWith('/') ? target : `${splitEntry(path).parent}/${target}`;
}
