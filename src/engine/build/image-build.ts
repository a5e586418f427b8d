/** `POST /build`. */
import type { BuildPlan } from '../../build/plan/build-plan.ts';
import { parseDockerfile, dockerfileBytesMax } from '../../build/parse/parse-dockerfile.ts';
import { planBuild } from '../../build/plan/plan-build.ts';
import { formatPlatform, machinePlatform, parsePlatform } from '../../image/platform.ts';
import { familiarText, parseReference, withDefaultTag } from '../../image/reference.ts';
import { KindError } from '../../lib/errors.ts';
import { IgnorePatterns, parseIgnoreFile } from '../../lib/ignore-patterns.ts';
import type { Daemon } from '../daemon.ts';
import { tagImage } from '../image-tag.ts';
import { logImageEvent } from '../image-events.ts';
import type { ImageBuildOptions } from '../server/backend/build-backend.ts';
import { ingestContext, downloadContext } from './build-context.ts';
import { collectBuildCache } from './build-prune.ts';
import type { BuildProgress } from './build-progress.ts';
import type { BuildSession, StageResult } from './build-session.ts';
import { buildStage } from './build-stage.ts';
import { ClassicProgress } from './classic-progress.ts';
import { ContentDigests, readSmallFile } from './file-content.ts';
import { resolvePath } from './file-tree.ts';
import type { MountSource } from './run-mounts.ts';
import { putStageImage } from './stage-image.ts';
import { TraceProgress } from './trace-progress.ts';

/** Resolves when the image is there and has its names. What it left half made is gone when it rejects. */
export async function imageBuild(daemon: Daemon, options: ImageBuildOptions): Promise<void> {
  const references = options.tags.map((tag) => withDefaultTag(parseReference(tag)));
  const abort = new AbortController();
  const stop = () => abort.abort(new KindError('cancelled', 'build cancelled'));
  options.signal?.addEventListener('abort', stop, { once: true });
  if (options.buildId !== '') daemon.builds.set(options.buildId, stop);
  const lease = daemon.images.lease();
  try {
    const session = await openSession(daemon, options, { lease, signal: abort.signal });
    const result = withLabels(await buildStages(session, abort), options.labels);
    const id = await putStageImage(session, result);
    await logImageEvent(daemon, 'build', { id });
    for (const reference of references) await tagImage(daemon, id, reference);
    session.progress.finished({ id, tags: references.map(familiarText) });
    await daemon.state.settled();
  } finally {
    daemon.builds.delete(options.buildId);
    options.signal?.removeEventListener('abort', stop);
    await lease.release();
  }
  await collectBuildCache(daemon);
}

async function openSession(
  daemon: Daemon,
  options: ImageBuildOptions,
  scope: Pick<BuildSession, 'lease' | 'signal'>,
): Promise<BuildSession> {
  const { random } = daemon;
  const report = options.onProgress;
  const progress: BuildProgress =
    options.version === 1
      ? new ClassicProgress({ report, isQuiet: options.isQuiet, random })
      : new TraceProgress({ report, random, now: () => daemon.clock.now() });
  const body =
    options.remote === '' ? options.body : downloadContext(daemon, options.remote, scope.signal);
  const context = await during(progress, '[internal] load build context', () =>
    ingestContext(daemon, body, scope),
  );
  const plan = await during(progress, '[internal] load build definition from Dockerfile', () =>
    readPlan(daemon, options, context),
  );
  const platform = parsePlatform(plan.options.targetPlatform);
  const epoch = Number(options.buildArgs['SOURCE_DATE_EPOCH'] ?? NaN);
  const { stages, target, order } = plan;
  const built =
    options.version === 1
      ? stages.slice(0, target + 1)
      : stages.filter(({ index }) => order.includes(index));
  return {
    ...scope,
    daemon,
    options,
    plan,
    progress,
    context,
    platform,
    digests: new ContentDigests(daemon.images.layers),
    epochSeconds: Number.isSafeInteger(epoch) && epoch >= 0 ? epoch : undefined,
    sources: new Map(),
    stages: new Map(),
    steps: {
      next: 1,
      total: built.reduce((sum, { instructions }) => sum + 1 + instructions.length, 0),
    },
  };
}

async function during<T>(
  progress: BuildProgress,
  name: string,
  work: () => Promise<T>,
): Promise<T> {
  const task = progress.task(name);
  try {
    const result = await work();
    task.done({ isCached: false, imageId: undefined });
    return result;
  } catch (error) {
    task.failed(error);
    throw error;
  }
}

/** The Dockerfile of the context, read and planned. `.dockerignore` may take it out of what COPY sees. */
async function readPlan(
  daemon: Daemon,
  options: ImageBuildOptions,
  { tree }: MountSource,
): Promise<BuildPlan> {
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
    throw new KindError('invalidParameter', message);
  }
  const text = new TextDecoder().decode(
    await readSmallFile(layers, found.node, dockerfileBytesMax),
  );
  if (options.version === 1 && text.trim() === '')
    throw new KindError('invalidParameter', `The Dockerfile (${name}) cannot be empty`);
  const dockerfile = parseDockerfile(text, { filename: options.sourceName || name });
  const ignoreFile = tree.children.get('.dockerignore');
  if (ignoreFile?.inode.type === 'file') {
    const content = await readSmallFile(layers, ignoreFile, dockerfileBytesMax);
    const patterns = new IgnorePatterns(parseIgnoreFile(new TextDecoder().decode(content)));
    for (const path of ['.dockerignore', found.path])
      if (!path.includes('/') && patterns.matches(path)) tree.hide(path);
  }
  const args = Object.entries(options.buildArgs).flatMap(([key, value]) =>
    value === null ? [] : [[key, value] as const],
  );
  return planBuild(dockerfile, {
    buildArgs: new Map(args),
    namedContexts: new Map(Object.entries(options.namedContexts)),
    buildPlatform: formatPlatform(machinePlatform),
    targetPlatform: formatPlatform(
      options.platform === '' ? machinePlatform : parsePlatform(options.platform),
    ),
    noCache: options.noCache,
    ...(options.target === '' ? {} : { target: options.target }),
  });
}

/** `--label`. */
function withLabels(result: StageResult, labels: Readonly<Record<string, string>>): StageResult {
  if (Object.keys(labels).length === 0) return result;
  const { state } = result;
  const config = { ...state.config, Labels: { ...state.config.Labels, ...labels } };
  return { ...result, state: { ...state, config } };
}

/** The classic builder's stages one after the other; BuildKit's side by side, and only those needed. */
async function buildStages(session: BuildSession, abort: AbortController): Promise<StageResult> {
  const { plan, options, stages } = session;
  const isClassic = options.version === 1;
  const order = isClassic
    ? plan.stages.slice(0, plan.target + 1).map(({ index }) => index)
    : plan.order;
  let last: Promise<unknown> = Promise.resolve();
  for (const index of order) {
    const stage = plan.stages[index];
    if (stage === undefined) continue;
    const needed = stage.dependsOn.map((other) => stages.get(other));
    const ready = isClassic ? last : Promise.all(needed);
    const built = ready.then(() => buildStage(session, stage));
    // One failure ends the others.
    built.catch((error: unknown) => abort.abort(error));
    stages.set(index, built);
    last = built;
  }
  // None may go on behind our back.
  const results = await Promise.allSettled(stages.values());
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw abort.signal.aborted ? abort.signal.reason : failed.reason;
  const target = await stages.get(plan.target);
  if (target === undefined) throw new Error('the target is not built');
  return target;
}
