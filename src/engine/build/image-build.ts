/** `POST /build`. */
import { buildMessageIds, type BuildCall } from '../../api/build.ts';
import { isGitContext, withoutCredentials } from '../../build/step/git-reference.ts';
import { parsePlatform } from '../../image/platform.ts';
import { KindError } from '../../lib/errors.ts';
import type { Daemon } from '../daemon.ts';
import type { ImageBuildOptions } from '../server/backend/build-backend.ts';
import { ingestContext, downloadContext } from './build-context.ts';
import { planDefinition, readDefinition } from './build-definition.ts';
import { callResult } from './build-call.ts';
import { buildOutputs, exportResult } from './build-outputs.ts';
import { cacheImages, cacheReferences, importCaches } from './cache-from.ts';
import { collectBuildCache } from './build-prune.ts';
import type { BuildProgress } from './build-progress.ts';
import type { BuildSession, StageResult } from './build-session.ts';
import { buildStage } from './build-stage.ts';
import { classicLabels } from './classic-labels.ts';
import { ClassicProgress } from './classic-progress.ts';
import { during } from './during.ts';
import { fetchGit } from './git-source.ts';
import { dropUnused } from './inline-cache.ts';
import { keepContext } from './kept-context.ts';
import { ContentDigests } from './file-content.ts';
import type { MountSource } from './run-mounts.ts';
import { TraceProgress } from './trace-progress.ts';

/** Resolves when the image is there and has its names. What it left half made is gone when it rejects. */
export async function imageBuild(daemon: Daemon, options: ImageBuildOptions): Promise<void> {
  if (options.call !== undefined) return answerCall(daemon, options, options.call);
  const outputs = buildOutputs(options);
  cacheReferences(options);
  const abort = new AbortController();
  const stop = () => abort.abort(new KindError('cancelled', 'build cancelled'));
  options.signal?.addEventListener('abort', stop, { once: true });
  if (options.buildId !== '') daemon.builds.set(options.buildId, stop);
  const lease = daemon.images.lease();
  const importedIds: string[] = [];
  try {
    const scope = { lease, signal: abort.signal, importedIds };
    const session = await openSession(daemon, options, scope);
    const result = withLabels(await buildStages(session, abort), options);
    await exportResult(session, result, outputs);
    if (options.remote === '') await keepContext(daemon, session.context.diffIds[0]);
    await daemon.state.settled();
  } finally {
    daemon.builds.delete(options.buildId);
    options.signal?.removeEventListener('abort', stop);
    await dropUnused(daemon, importedIds);
    await lease.release();
  }
  await collectBuildCache(daemon);
}

async function openSession(
  daemon: Daemon,
  options: ImageBuildOptions,
  scope: Pick<BuildSession, 'lease' | 'signal' | 'importedIds'>,
): Promise<BuildSession> {
  const { random } = daemon;
  const report = options.onProgress;
  const progress: BuildProgress =
    options.version === 1
      ? new ClassicProgress({ report, isQuiet: options.isQuiet, random })
      : new TraceProgress({ report, random, now: () => daemon.clock.now() });
  const context = await during(progress, contextName(options.remote), () =>
    openContext(daemon, options, scope),
  );
  const plan = await during(
    progress,
    '[internal] load build definition from Dockerfile',
    async () => planDefinition(await readDefinition(daemon, options, context), options),
  );
  await importCaches(daemon, { ...scope, options, progress });
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
    cacheImages: await cacheImages(daemon, options),
    epochSeconds: Number.isSafeInteger(epoch) && epoch >= 0 ? epoch : undefined,
    sources: new Map(),
    stages: new Map(),
    steps: {
      next: 1,
      total:
        built.reduce((sum, { instructions }) => sum + 1 + instructions.length, 0) +
        classicLabels(options).length,
    },
  };
}

/** As BuildKit calls it. */
function contextName(remote: string): string {
  if (remote === '') return '[internal] load build context';
  return isGitContext(remote)
    ? `[internal] load git source ${withoutCredentials(remote)}`
    : '[internal] load remote build context';
}

function openContext(
  daemon: Daemon,
  options: ImageBuildOptions,
  scope: Pick<BuildSession, 'lease' | 'signal'>,
): Promise<MountSource> {
  const { body, remote, buildArgs, ssh } = options;
  const keepGitDir = buildArgs['BUILDKIT_CONTEXT_KEEP_GIT_DIR'] === '1';
  if (isGitContext(remote)) return fetchGit(daemon, remote, { ...scope, ssh, keepGitDir });
  return ingestContext(
    daemon,
    remote === '' ? body : downloadContext(daemon, remote, scope.signal),
    scope,
  );
}

/** `call=…`: an answer about the Dockerfile instead of an image. */
async function answerCall(
  daemon: Daemon,
  options: ImageBuildOptions,
  call: BuildCall,
): Promise<void> {
  const signal = options.signal ?? new AbortController().signal;
  const lease = daemon.images.lease();
  try {
    const context = await openContext(daemon, options, { lease, signal });
    const definition = await readDefinition(daemon, options, context);
    const aux = await callResult(daemon, { options, definition, call });
    options.onProgress({ id: buildMessageIds.callResult, aux: { ...aux } });
  } finally {
    await lease.release();
  }
}

/** `--label`; the classic builder has made instructions of them. */
function withLabels(result: StageResult, { version, labels }: ImageBuildOptions): StageResult {
  if (version === 1 || Object.keys(labels).length === 0) return result;
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
