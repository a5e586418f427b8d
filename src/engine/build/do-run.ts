/** RUN: its cache key, its mounts, its container. */
import type { PlannedInstruction } from '../../build/plan/build-plan.ts';
import type { RunStep } from '../../build/step/build-step.ts';
import type { LayerInfo } from '../../image/layer-store.ts';
import { formatPlatform, machinePlatform, samePlatform } from '../../image/platform.ts';
import { KindError } from '../../lib/errors.ts';
import { BuildFailure } from './build-failure.ts';
import type { StepProgress } from './build-progress.ts';
import type { BuildSession, StageResult } from './build-session.ts';
import { openSource } from './build-sources.ts';
import { openTree, resolvePath } from './file-tree.ts';
import { treeChecksum } from './tree-checksum.ts';
import { runContainer } from './run-container.ts';
import { prepareMounts, type MountSource } from './run-mounts.ts';

export interface RunWork {
  readonly before: StageResult;
  readonly step: RunStep;
  readonly planned: PlannedInstruction;
}

/** What the files of each mount come to, so that a change of them is seen. */
export async function mountChecksums(session: BuildSession, { step }: RunWork): Promise<string[]> {
  const sums: string[] = [];
  for (const mount of step.mounts) {
    if (mount.type !== 'bind') continue;
    const { tree } = await openSource(session, mount.from);
    const { node } = resolvePath(tree, mount.source);
    if (node === undefined)
      throw new KindError(
        'notFound',
        `failed to compute cache key: failed to calculate checksum of ref: "${mount.source}": not found`,
      );
    sums.push(await treeChecksum(node, session.digests));
  }
  return sums;
}

/** What shows in the result; a secret's value and what a cache holds do not. */
export function runIdentity({ step, before }: RunWork): unknown {
  const { args, env, workdir, user, mounts, network, security, script } = step;
  return [args, env, workdir, user, mounts, network, security, script ?? null, before.platform];
}

/** Rejects a `BuildFailure` when the command fails. */
export async function doRun(
  session: BuildSession,
  work: RunWork,
  progress: StepProgress,
): Promise<LayerInfo | undefined> {
  const { daemon, options, lease, signal } = session;
  const { step, before } = work;
  checkRunnable(session, work);
  const sources = await Promise.all(
    step.mounts.map((mount): Promise<MountSource | undefined> =>
      mount.type === 'bind' || mount.type === 'cache'
        ? openSource(session, mount.from)
        : Promise.resolve(undefined),
    ),
  );
  const mounts = await prepareMounts(daemon, step, {
    sources,
    secrets: options.secrets,
    ssh: options.ssh,
    signal,
  });
  try {
    const isClassic = options.version === 1;
    const result = await runContainer(daemon, step, {
      tree: await openTree(daemon.images.layers, before.diffIds),
      diffIds: before.diffIds,
      platform: before.platform,
      volumes: isClassic ? (before.state.config.Volumes ?? undefined) : undefined,
      hostConfig: options.hostConfig,
      mounts,
      lease,
      keepFailed: isClassic && !options.removeFailedContainers,
      signal,
      onStart: (id) => progress.running(id),
      onOutput: (stream, bytes) => progress.output(stream, bytes),
      room: options.room,
    });
    if (result.exitCode !== 0) throw commandFailure(step, { code: result.exitCode, isClassic });
    progress.removed(result.containerId);
    return result.layer;
  } finally {
    await mounts.close();
  }
}

function checkRunnable({ options }: BuildSession, { step, before }: RunWork): void {
  if (step.security === 'insecure')
    throw new KindError('forbidden', 'security.insecure is not allowed');
  const { hostConfig, entitlements, version } = options;
  const mayUseHost = hostConfig.NetworkMode === 'host' || entitlements.includes('network.host');
  if (version === 2 && step.network === 'host' && !mayUseHost)
    throw new KindError('forbidden', 'network.host is not allowed');
  if (options.platform === '' || samePlatform(before.platform, machinePlatform)) return;
  const [wanted, own] = [formatPlatform(before.platform), formatPlatform(machinePlatform)];
  throw new KindError(
    'invalidParameter',
    `RUN needs a machine of ${wanted}, and this one runs programs of ${own}: no emulator is installed`,
  );
}

function commandFailure(
  { args }: RunStep,
  { code, isClassic }: { readonly code: number; readonly isClassic: boolean },
): BuildFailure {
  const command = args.join(' ');
  const message = isClassic
    ? `The command '${command}' returned a non-zero code: ${code}`
    : `process "${command}" did not complete successfully: exit code: ${code}`;
  return new BuildFailure(message, code);
}
