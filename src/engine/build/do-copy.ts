/** COPY, ADD and WORKDIR: layers made from trees of files, without a machine. */
import type { CopyStep, WorkdirStep } from '../../build/step/build-step.ts';
import { isGitSource, isHttpSource } from '../../build/step/copy-step.ts';
import type { LayerInfo } from '../../image/layer-store.ts';
import { KindError } from '../../lib/errors.ts';
import { posixBase } from '../../lib/posix-path.ts';
import { resolveOwner } from './build-accounts.ts';
import { download, downloadBytesMax } from './build-context.ts';
import type { BuildSession, StageResult } from './build-session.ts';
import { openSource } from './build-sources.ts';
import { CopyLayer, type Owner } from './copy-files.ts';
import { copySources } from './copy-sources.ts';
import { fileContent } from './file-content.ts';
import { emptyTree, openTree, resolvePath, type TreeNode } from './file-tree.ts';
import type { LayerEntries } from './layer-entries.ts';
import { isArchive, mayBeArchive, openArchive } from './merge-archive.ts';

const root: Owner = { uid: 0, gid: 0 };

/** What a COPY or ADD makes, ready to be hashed or written. */
export async function copyEntries(
  session: BuildSession,
  before: StageResult,
  step: CopyStep,
): Promise<LayerEntries> {
  const { layers } = session.daemon.images;
  const stage = await openTree(layers, before.diffIds);
  const owner = step.chown === '' ? undefined : await resolveOwner(layers, stage, step.chown);
  // Without --chown what comes from a context is root's; another stage's files keep their owners.
  const isContext = step.from.kind === 'context' || step.from.kind === 'named';
  const layer = new CopyLayer({
    root: step.link ? emptyTree() : stage,
    destination: step.destination,
    owner: owner ?? (isContext ? root : undefined),
    parentOwner: owner ?? root,
    chmod: step.chmod,
    parents: step.parents,
    excludes: step.excludes,
    nowSeconds: secondsOf(session),
  });
  const isSeveral = step.sources.length + step.files.length > 1;
  if (
    isSeveral &&
    !step.destination.endsWith('/') &&
    resolvePath(stage, step.destination).node?.isDirectory !== true
  )
    throw new KindError(
      'invalidParameter',
      `When using ${step.name} with more than one source file, the destination must be a directory and end with a /`,
    );
  for (const source of step.sources) {
    if (step.name === 'ADD' && isGitSource(source))
      throw new KindError(
        'notImplemented',
        `ADD ${source}: git repositories cannot be fetched by this engine`,
      );
    if (step.name === 'ADD' && isHttpSource(source))
      await addDownload(session, { step, layer, url: source, isSeveral });
    else await addSources(session, { step, layer, pattern: source, isSeveral });
  }
  for (const { name, content } of step.files)
    layer.addFile({ name, content: new TextEncoder().encode(content), isSeveral });
  return layer.entries;
}

interface SourceWork {
  readonly step: CopyStep;
  readonly layer: CopyLayer;
  readonly isSeveral: boolean;
}

async function addSources(
  session: BuildSession,
  { step, layer, pattern, isSeveral }: SourceWork & { readonly pattern: string },
): Promise<void> {
  const { tree } = await openSource(session, step.from);
  const found = copySources(tree, pattern);
  if (found.length === 0 && session.options.version === 1)
    throw new KindError('invalidParameter', 'no source files were specified');
  const unpacks = step.name === 'ADD' && step.unpack !== false;
  for (const source of found) {
    if (unpacks && (await isUnpacked(session, source.node)))
      await unpack(session, layer, source.node, step);
    else layer.copy(source, isSeveral || found.length > 1);
  }
}

async function isUnpacked(session: BuildSession, node: TreeNode): Promise<boolean> {
  const { layers } = session.daemon.images;
  return (await mayBeArchive(layers, node)) && isArchive(fileContent(layers, node));
}

/** Its owners are the archive's, unless --chown says otherwise. */
async function unpack(
  session: BuildSession,
  layer: CopyLayer,
  node: TreeNode,
  step: CopyStep,
): Promise<void> {
  const { layers } = session.daemon.images;
  const tree = await openArchive(layers, fileContent(layers, node), session.lease);
  layer.copyArchive(tree, step.chown === '');
}

async function addDownload(
  session: BuildSession,
  { step, layer, url, isSeveral }: SourceWork & { readonly url: string },
): Promise<void> {
  const { daemon, signal } = session;
  const { bytes, digest, modifiedSeconds } = await download(daemon, url, {
    signal,
    sizeBytesMax: downloadBytesMax,
  });
  if (step.checksum !== '' && step.checksum !== digest)
    throw new KindError('invalidParameter', `digest mismatch ${digest}: ${step.checksum}`);
  const name = posixBase(new URL(url).pathname);
  if (name === '/' || name === '.')
    throw new KindError('invalidParameter', `cannot determine filename from url: ${url}`);
  layer.addFile({ name, content: bytes, isSeveral, mode: 0o600, mtimeSeconds: modifiedSeconds });
}

/** The directory and its parents; undefined when it is there. */
export async function workdirEntries(
  session: BuildSession,
  before: StageResult,
  step: WorkdirStep,
): Promise<LayerEntries | undefined> {
  const { layers } = session.daemon.images;
  const tree = await openTree(layers, before.diffIds);
  const owner = step.user === '' ? root : await resolveOwner(layers, tree, step.user);
  const layer = new CopyLayer({
    root: tree,
    destination: step.path,
    owner,
    parentOwner: owner,
    chmod: '',
    parents: false,
    excludes: [],
    nowSeconds: secondsOf(session),
  });
  return layer.makeDirectory(step.path) ? layer.entries : undefined;
}

export async function storeEntries(
  { daemon, lease }: BuildSession,
  entries: LayerEntries | undefined,
): Promise<LayerInfo | undefined> {
  if (entries === undefined || entries.size === 0) return undefined;
  const { layers } = daemon.images;
  return layers.ingestNew(entries.tar(layers), lease);
}

function secondsOf({ daemon, epochSeconds }: BuildSession): number {
  return epochSeconds ?? Math.floor(daemon.clock.now() / 1000);
}
