/** Where files come from: images, stages, contexts, as trees. */
import type { SourceReference } from '../../build/plan/build-plan.ts';
import { isHttpSource } from '../../build/step/copy-step.ts';
import { isGitContext } from '../../build/step/git-reference.ts';
import type { StoredImage } from '../../image/image-store.ts';
import {
  formatPlatform,
  parsePlatform,
  matchPlatform,
  type Platform,
} from '../../image/platform.ts';
import { familiarText, parseReference } from '../../image/reference.ts';
import { errorKind, KindError } from '../../lib/errors.ts';
import { imagePull } from '../image-pull.ts';
import { ingestContext, downloadContext } from './build-context.ts';
import type { BuildSession } from './build-session.ts';
import { openTree, resolvePath, emptyTree } from './file-tree.ts';
import { fetchGit } from './git-source.ts';
import type { MountSource } from './run-mounts.ts';

/** Rejects with Docker's words when an image cannot be had. */
export async function openSource(
  session: BuildSession,
  reference: SourceReference,
): Promise<MountSource> {
  switch (reference.kind) {
    case 'scratch':
      return { tree: emptyTree(), diffIds: [] };
    case 'context':
      return session.context;
    case 'stage': {
      const stage = await session.stages.get(reference.index);
      if (stage === undefined) throw new Error(`stage ${reference.index} is not built`);
      const tree = await openTree(session.daemon.images.layers, stage.diffIds);
      return { tree, diffIds: stage.diffIds };
    }
    case 'image':
      return once(session, `image ${reference.platform ?? ''} ${reference.reference}`, async () => {
        const platform =
          reference.platform === undefined ? session.platform : parsePlatform(reference.platform);
        return imageFiles(session, await fetchImage(session, reference.reference, platform));
      });
    case 'named':
      return once(session, `named ${reference.name}`, () => namedSource(session, reference));
  }
}

function once(
  { sources }: BuildSession,
  key: string,
  open: () => Promise<MountSource>,
): Promise<MountSource> {
  const known = sources.get(key) ?? open();
  sources.set(key, known);
  return known;
}

async function imageFiles(session: BuildSession, image: StoredImage): Promise<MountSource> {
  const { diffIds } = image.config;
  for (const diffId of diffIds) session.lease.add(diffId);
  return { tree: await openTree(session.daemon.images.layers, diffIds), diffIds };
}

async function namedSource(
  session: BuildSession,
  { name, value }: { readonly name: string; readonly value: string },
): Promise<MountSource> {
  const { daemon, lease } = session;
  const image = namedImage(value);
  if (image !== undefined)
    return imageFiles(session, await fetchImage(session, image, session.platform));
  if (value.startsWith('context:'))
    return subdirectory(session.context, value.slice('context:'.length));
  if (value.startsWith('target:')) {
    const wanted = value.slice('target:'.length);
    const index = session.plan.stages.findIndex(({ stage }) => stage.stageName === wanted);
    return openSource(session, { kind: 'stage', index });
  }
  if (isGitContext(value))
    return fetchGit(daemon, value, { ...session, ssh: session.options.ssh, keepGitDir: false });
  if (isHttpSource(value)) {
    const tar = downloadContext(daemon, value, session.signal);
    return ingestContext(daemon, tar, { lease, signal: session.signal });
  }
  throw new KindError(
    'notImplemented',
    `context ${name}: ${value} is not supported by this engine`,
  );
}

/** The reference that `docker-image://` names. */
export function namedImage(value: string): string | undefined {
  return value.startsWith('docker-image://') ? value.slice('docker-image://'.length) : undefined;
}

/** A directory of the main context, which a command line client packed beside it. */
function subdirectory({ tree, diffIds }: MountSource, name: string): MountSource {
  const { path, node } = resolvePath(tree, name);
  if (node === undefined) throw new KindError('notFound', `"${name}": not found`);
  return { tree: node, diffIds, base: path };
}

/** From the store, else from its registry. */
export async function fetchImage(
  session: BuildSession,
  name: string,
  platform: Platform,
): Promise<StoredImage> {
  const { daemon, options } = session;
  const local = options.pull ? undefined : await findLocal(session, name, platform);
  if (local !== undefined) return local;
  const reference = parseReference(name);
  const auth = options.auths.get(reference.domain);
  await imagePull(daemon, {
    name: familiarText(reference),
    tag: reference.tag === undefined && reference.digest === undefined ? 'latest' : '',
    // BuildKit's look has no words for it.
    onProgress: options.version === 1 && !options.isQuiet ? options.onProgress : () => undefined,
    signal: session.signal,
    ...(options.platform === '' ? {} : { platform: formatPlatform(platform) }),
    ...(auth === undefined ? {} : { auth }),
  });
  return daemon.images.resolve(name);
}

async function findLocal(
  { daemon, options }: BuildSession,
  name: string,
  platform: Platform,
): Promise<StoredImage | undefined> {
  try {
    const image = await daemon.images.resolve(name);
    const fits = matchPlatform([{ platform: image.config.platform }], platform).length > 0;
    return fits || options.platform === '' ? image : undefined;
  } catch (error) {
    if (errorKind(error) === 'notFound') return undefined;
    throw error;
  }
}
