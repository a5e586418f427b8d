/** COPY, ADD and WORKDIR: layers made from trees of files, without a machine. */
import type { CopyStep, WorkdirStep } from '../../build/step/build-step.ts';
import { isHttpSource } from '../../build/step/copy-step.ts';
import { isGitSource } from '../../build/step/git-reference.ts';
import type { LayerInfo } from '../../image/layer-store.ts';
import { KindError } from '../../lib/errors.ts';
import { posixBase, posixJoin } from '../../lib/posix-path.ts';
import { resolveOwner } from './build-accounts.ts';
import { downloadFile } from './download-file.ts';
import { fetchGit } from './git-source.ts';
import type { BuildSession, StageResult } from './build-session.ts';
import { openSource } from './build-sources.ts';
import { PlaceError, CopyLayer, type Owner } from './copy-files.ts';
import { copySources } from './copy-sources.ts';
import type { CopySum } from './build-cache.ts';
import { fileContent } from './file-content.ts';
import { emptyTree, openTree, resolvePath, type TreeNode } from './file-tree.ts';
import type { LayerEntries } from './layer-entries.ts';
import { isArchive, mayBeArchive, openArchive } from './merge-archive.ts';

const root: Owner = { uid: 0, gid: 0 };

export interface CopiedEntries {
  /** Ready to be hashed or written. */
  readonly entries: LayerEntries;
  readonly sourceKind: CopySum['sourceKind'];
}

/** What a COPY or ADD makes. */
export async function copyEntries(
  session: BuildSession,
  before: StageResult,
  step: CopyStep,
): Promise<CopiedEntries> {
  const { layers } = session.daemon.images;
  const isClassic = session.options.version === 1;
  const stage = await openTree(layers, before.diffIds);
  const owner =
    step.chown === '' ? undefined : await resolveOwner(stage, step.chown, { layers, isClassic });
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
  const kinds: ('file' | 'dir')[] = step.files.map(() => 'file');
  for (const source of step.sources) {
    try {
      if (step.name === 'ADD' && isGitSource(source)) {
        layer.copy(await gitFiles(session, step, source), isSeveral);
        kinds.push('dir');
      } else if (step.name === 'ADD' && isHttpSource(source)) {
        await addDownload(session, { step, layer, url: source, isSeveral });
        kinds.push('file');
      } else
        kinds.push(...(await addSources(session, { step, layer, pattern: source, isSeveral })));
    } catch (error) {
      throw isClassic ? classicSourceError(step, error) : error;
    }
  }
  for (const { name, content } of step.files)
    layer.addFile({ name, content: new TextEncoder().encode(content), isSeveral });
  const [kind = 'multi'] = kinds;
  return { entries: layer.entries, sourceKind: kinds.length === 1 ? kind : 'multi' };
}

/** A source that cannot be had, in the classic builder's words; what goes wrong later has its own. */
function classicSourceError({ name }: CopyStep, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof PlaceError) return error;
  const missing = /^"(.*)": not found$/.exec(error.message)?.[1];
  const reason =
    missing === undefined
      ? error.message
      : `file not found in build context or excluded by .dockerignore: stat ${missing.slice(1)}: file does not exist`;
  error.message = `${name} failed: ${reason}`;
  return error;
}

interface SourceWork {
  readonly step: CopyStep;
  readonly layer: CopyLayer;
  readonly isSeveral: boolean;
}

async function addSources(
  session: BuildSession,
  { step, layer, pattern, isSeveral }: SourceWork & { readonly pattern: string },
): Promise<('file' | 'dir')[]> {
  const isClassic = session.options.version === 1;
  if (isClassic && posixJoin('.', pattern).startsWith('..'))
    throw new KindError(
      'forbidden',
      `forbidden path outside the build context: ${posixJoin('.', pattern)} ()`,
    );
  const { tree } = await openSource(session, step.from);
  const found = copySources(tree, pattern);
  if (found.length === 0 && isClassic)
    throw new KindError('invalidParameter', 'no source files were specified');
  const unpacks = step.name === 'ADD' && step.unpack !== false;
  for (const source of found) {
    if (unpacks && (await isUnpacked(session, source.node)))
      await unpack(session, layer, source.node, step);
    else layer.copy(source, isSeveral || found.length > 1);
  }
  return found.map(({ node }) => (node.isDirectory ? 'dir' : 'file'));
}

async function isUnpacked(session: BuildSession, node: TreeNode): Promise<boolean> {
  const { layers } = session.daemon.images;
  return (await mayBeArchive(layers, node)) && isArchive(fileContent(layers, node));
}

/** Its owners are the archive's, unless --chown says otherwise, which the classic builder does not hear. */
async function unpack(
  session: BuildSession,
  layer: CopyLayer,
  node: TreeNode,
  step: CopyStep,
): Promise<void> {
  const { layers } = session.daemon.images;
  const tree = await openArchive(layers, fileContent(layers, node), session.lease);
  layer.copyArchive(tree, step.chown === '' || session.options.version === 1);
}

/** The files of a repository go into the destination, which is a directory. */
async function gitFiles(session: BuildSession, step: CopyStep, source: string) {
  const { daemon, lease, signal } = session;
  const { checksum, keepGitDir = false } = step;
  const { ssh } = session.options;
  const { tree } = await fetchGit(daemon, source, { lease, signal, ssh, keepGitDir, checksum });
  return { path: '', node: tree };
}

async function addDownload(
  session: BuildSession,
  { step, layer, url, isSeveral }: SourceWork & { readonly url: string },
): Promise<void> {
  const { content, digest, modifiedSeconds } = await downloadFile(session, url);
  if (step.checksum !== '' && step.checksum !== digest)
    throw new KindError('invalidParameter', `digest mismatch ${digest}: ${step.checksum}`);
  const name = posixBase(new URL(url).pathname);
  if (name === '/' || name === '.')
    throw new KindError('invalidParameter', `cannot determine filename from url: ${url}`);
  layer.addFile({ name, content, isSeveral, mode: 0o600, mtimeSeconds: modifiedSeconds });
}

/** The directory and its parents; undefined when it is there. */
export async function workdirEntries(
  session: BuildSession,
  before: StageResult,
  step: WorkdirStep,
): Promise<LayerEntries | undefined> {
  const { layers } = session.daemon.images;
  const tree = await openTree(layers, before.diffIds);
  // The classic builder's are root's whoever USER is.
  const isRoots = step.user === '' || session.options.version === 1;
  const owner = isRoots ? root : await resolveOwner(tree, step.user, { layers });
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
