/** `call=…` of `POST /build`: what a Dockerfile is, said without building it. Base images are looked at where they are here. */
import type { ContainerConfig } from '../../api/container.ts';
import type { BuildCall, BuildCallResult } from '../../api/build.ts';
import { checkResult, outlineResult, targetsResult } from '../../build/check/call-result.ts';
import { checkBuild, type CheckOptions } from '../../build/check/check-build.ts';
import { ignoredPaths } from '../../build/check/check-ignored.ts';
import type { BuildPlan } from '../../build/plan/build-plan.ts';
import { parseDockerfile } from '../../build/parse/parse-dockerfile.ts';
import { SourceError } from '../../build/source.ts';
import type { BuildStep } from '../../build/step/build-step.ts';
import { errorKind } from '../../lib/errors.ts';
import type { Daemon } from '../daemon.ts';
import type { ImageBuildOptions } from '../server/backend/build-backend.ts';
import { planDefinition, type BuildDefinition } from './build-definition.ts';

interface CallOptions {
  readonly options: ImageBuildOptions;
  readonly definition: BuildDefinition;
  readonly call: BuildCall;
}

/** Rejects with a `SourceError` for what no build could do, unless a check was asked for, of which it is the answer. */
export async function callResult(
  daemon: Daemon,
  { options, definition, call }: CallOptions,
): Promise<BuildCallResult> {
  const { source } = definition;
  if (call === 'targets') return targetsResult(parseDockerfile(source.text, source));
  if (call === 'check') return checked(daemon, options, definition);
  const plan = planDefinition(definition, options);
  const steps: BuildStep[] = [];
  const bases = await localBases(daemon, plan);
  checkBuild(plan, { bases, onStep: (step) => steps.push(step) });
  return outlineResult(plan, steps);
}

async function checked(
  daemon: Daemon,
  options: ImageBuildOptions,
  definition: BuildDefinition,
): Promise<BuildCallResult> {
  const { source, ignored } = definition;
  try {
    const plan = planDefinition(definition, options, { allStages: true });
    const isIgnored = ignoredPaths(ignored);
    const config = options.buildArgs['BUILDKIT_DOCKERFILE_CHECK'] ?? undefined;
    const { list } = checkBuild(plan, {
      bases: await localBases(daemon, plan),
      ...(isIgnored === undefined ? {} : { isIgnored }),
      ...(config === undefined ? {} : { config }),
    });
    return checkResult(source, { list });
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return checkResult(source, { list: [], error });
  }
}

async function localBases(daemon: Daemon, plan: BuildPlan): Promise<CheckOptions['bases']> {
  const bases = new Map<number, { kind: 'image'; config: ContainerConfig }>();
  for (const { index, base } of plan.stages) {
    if (base.kind !== 'image') continue;
    try {
      const { config } = await daemon.images.resolve(base.reference);
      bases.set(index, { kind: 'image', config: config.config as ContainerConfig });
    } catch (error) {
      if (errorKind(error) !== 'notFound') throw error;
    }
  }
  return bases;
}
